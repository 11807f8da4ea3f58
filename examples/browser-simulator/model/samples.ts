/** Six cases to start from. Each is made by building: what is shown is what `predict` says of it. */
import { createImage, emptyStore, findRawImage, type ImageStore, tagImage } from 'layerfold'
import { withBase } from './base.ts'
import { build } from './build.ts'
import { type Inputs, noFlags, type PageFiles, type State } from './state.ts'

export interface Sample {
  readonly name: string
  readonly title: string
  readonly make: () => State
}

const text = (content: string, mode = 0o644) => ({ content, mode })

const NODE_FILES: PageFiles = {
  'package.json': text('{\n  "name": "app",\n  "dependencies": { "express": "4.19.2" }\n}\n'),
  'package-lock.json': text('{ "name": "app", "lockfileVersion": 3 }\n'),
  'src/index.js': text("import express from 'express'\n\nexpress().listen(8080)\n"),
}

/** A store, a build, and what was typed after it. */
function story(name: string, note: string, images: ImageStore, built: Inputs, draft: Inputs): State {
  const [after] = build({ images }, built)
  const first = { id: '1', parent: undefined, label: name, note, images, built, draft: built }
  const second = { id: '2', parent: '1', label: 'First build', note, images: after, built, draft }
  return { moments: [first, second], at: '2' }
}

function copyTooEarly(): State {
  const images = withBase(emptyStore(), 'node:20', { env: ['NODE_VERSION=20.11.0'], cmd: ['node'] })
  const dockerfile =
    'FROM node:20\nWORKDIR /app\nCOPY . .\nRUN npm ci\nRUN npm run build\nCMD ["node", "src/index.js"]\n'
  const built = { dockerfile, files: NODE_FILES, flags: noFlags }
  const edited = text("import express from 'express'\n\nexpress().listen(3000)\n")
  return story(
    'COPY too early',
    'One line of src/index.js has changed, and npm ci runs again. Copy package*.json first, run npm ci, then COPY . . – build, edit the file again, and see what stays.',
    images,
    built,
    { ...built, files: { ...NODE_FILES, 'src/index.js': edited } },
  )
}

function argBeforeRun(): State {
  const images = withBase(emptyStore(), 'debian:12', { cmd: ['bash'] })
  const dockerfile =
    'FROM debian:12\nARG VERSION\nRUN apt-get update && apt-get install -y curl\nCOPY app.sh /usr/bin/app\nLABEL version=$VERSION\nCMD ["app"]\n'
  const files = { 'app.sh': text('#!/bin/sh\ncurl -s localhost\n', 0o755) }
  const built = { dockerfile, files, flags: { ...noFlags, buildArgs: 'VERSION=1.0' } }
  return story(
    'ARG before RUN',
    'VERSION is not used by apt-get, and yet every RUN below ARG depends on it. Move ARG VERSION down, right above LABEL.',
    images,
    built,
    { ...built, flags: { ...built.flags, buildArgs: 'VERSION=1.1' } },
  )
}

function cacheFromTail(): State {
  const base = withBase(emptyStore(), 'python:3.12', { env: ['PYTHON_VERSION=3.12.1'], cmd: ['python3'] })
  const dockerfile =
    'FROM python:3.12\nCOPY requirements.txt /\nRUN pip install -r /requirements.txt\nCOPY app.py /srv/\nENV PORT=8000\nCMD ["python3", "/srv/app.py"]\n'
  const files = {
    'requirements.txt': text('flask==3.0.0\n'),
    'app.py': text('from flask import Flask\n\napp = Flask(__name__)\n'),
  }
  const built = { dockerfile, files, flags: { ...noFlags, tag: 'app:ci', cacheFrom: 'app:ci' } }
  const [elsewhere, prediction] = build({ images: base }, { ...built, flags: { ...built.flags, cacheFrom: '' } })
  const [pulled, made] = createImage(base, findRawImage(elsewhere, prediction!.image!)!)
  if (made.outcome === 'error') throw new Error(made.text)
  const moment = {
    id: '1',
    parent: undefined,
    label: '--cache-from tail',
    note: 'app:ci was built on another machine and pulled: no image here is its parent, and --cache-from alone finds its steps. The last ones add no layer: compare Docker 1.13 below. Change ENV PORT and see where the tail stops.',
    images: tagImage(pulled, 'app:ci', made.id),
    built,
    draft: { ...built, flags: { ...built.flags, tag: 'app' } },
  }
  return { moments: [moment], at: '1' }
}

function noDockerignore(): State {
  const images = withBase(emptyStore(), 'golang:1.22', { env: ['GOLANG_VERSION=1.22.0', 'GOPATH=/go'], cmd: ['bash'] })
  const dockerfile = 'FROM golang:1.22\nWORKDIR /src\nCOPY . .\nRUN go build -o /bin/app .\nENTRYPOINT ["/bin/app"]\n'
  const files: PageFiles = {
    'main.go': text('package main\n\nfunc main() { println("hello") }\n'),
    'go.mod': text('module app\n\ngo 1.22\n'),
    '.git/index': text('DIRC 0001\n'),
    'debug.log': text('started\n'),
  }
  const built = { dockerfile, files, flags: noFlags }
  return story(
    'No .dockerignore',
    'No source has changed: a commit wrote .git/index, and a run wrote debug.log. Add a file .dockerignore with the lines .git and *.log, build, and change them again.',
    images,
    built,
    { ...built, files: { ...files, '.git/index': text('DIRC 0002\n'), 'debug.log': text('started\nstopped\n') } },
  )
}

function multiStage(): State {
  const go = withBase(emptyStore(), 'golang:1.22', { env: ['GOLANG_VERSION=1.22.0'], cmd: ['bash'] })
  const images = withBase(go, 'alpine:3.19')
  const dockerfile =
    'FROM golang:1.22 AS build\nWORKDIR /src\nCOPY go.mod .\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\n\nFROM alpine:3.19\nRUN apk add --no-cache ca-certificates\nCOPY --from=build /app /usr/bin/app\nENTRYPOINT ["app"]\n'
  const files = {
    'main.go': text('package main\n\nfunc main() { println("hello") }\n'),
    'go.mod': text('module app\n\ngo 1.22\n'),
  }
  const built = { dockerfile, files, flags: noFlags }
  return story(
    'Multi-stage',
    'main.go has changed. A miss counts for its stage only: apk add below still hits. Whether COPY --from does depends on the bytes that go build will make, which nobody knows yet.',
    images,
    built,
    { ...built, files: { ...files, 'main.go': text('package main\n\nfunc main() { println("hello, world") }\n') } },
  )
}

function umask(): State {
  const images = withBase(emptyStore(), 'nginx:1.25', {
    env: ['NGINX_VERSION=1.25.3'],
    cmd: ['nginx', '-g', 'daemon off;'],
  })
  const dockerfile = 'FROM nginx:1.25\nCOPY site /usr/share/nginx/html\nRUN nginx -t\nEXPOSE 80\n'
  const files: PageFiles = {
    'site/index.html': text('<!doctype html>\n<title>Hello</title>\n'),
    'site/style.css': text('body { margin: 4rem }\n'),
  }
  const open = Object.fromEntries(Object.entries(files).map(([path, file]) => [path, { ...file, mode: 0o664 }]))
  const built = { dockerfile, files, flags: noFlags }
  return story(
    'Another umask',
    'The same commit, checked out with umask 002: every file is 664 instead of 644, and the mode is part of the hash. Set the modes back to 644.',
    images,
    built,
    { ...built, files: open },
  )
}

export const samples: readonly Sample[] = [
  { name: 'copy-too-early', title: 'COPY too early', make: copyTooEarly },
  { name: 'arg-before-run', title: 'ARG before RUN', make: argBeforeRun },
  { name: 'cache-from-tail', title: '--cache-from tail', make: cacheFromTail },
  { name: 'no-dockerignore', title: 'No .dockerignore', make: noDockerignore },
  { name: 'multi-stage', title: 'Multi-stage', make: multiStage },
  { name: 'umask', title: 'Another umask', make: umask },
]
