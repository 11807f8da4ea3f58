import { digestOf } from '../src/digest/digest.ts'
import type { Config } from '../src/image/config.ts'
import type { ImageID } from '../src/image/image.ts'
import { emptyStore, type ImageStore } from '../src/store/store.ts'
import { createImages, setParent } from '../src/store/write.ts'

/** Image configs as real builds make them, deterministic by their numbers. */

const encoder = new TextEncoder()
const ENV = [
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  'LANG=C.UTF-8',
  'NODE_VERSION=20.20.2',
  'YARN_VERSION=1.22.22',
  'APP_HOME=/srv/application',
  'PIP_NO_CACHE_DIR=1',
  'NODE_OPTIONS=--max-old-space-size=4096 --enable-source-maps',
  'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
]
const LABELS = {
  maintainer: 'platform@example.org',
  'org.opencontainers.image.source': 'https://git.example.org/app',
  'org.opencontainers.image.documentation': 'https://docs.example.org/app/operations',
  version: '1.2.3',
}

/** The config that step `n` is looked up by. A new object each time, as a builder makes it. */
export function stepConfig(n: number): Config {
  const Cmd = [
    '/bin/sh',
    '-c',
    `set -eux; apt-get update; apt-get install -y --no-install-recommends package-${n}; rm -rf /var/lib/apt/lists/*`,
  ]
  return {
    User: '',
    Env: [...ENV],
    Cmd,
    Labels: { ...LABELS },
    Volumes: { '/data': {} },
    WorkingDir: '/srv',
    Entrypoint: ['/entrypoint.sh'],
    ExposedPorts: { '8080/tcp': {} },
  }
}

export interface Made {
  readonly id: ImageID
  readonly raw: Uint8Array
}

/** An image whose last step is `n`, after `depth` earlier ones of the family. */
export function imageOf(n: number, depth: number, family = 0): Made {
  const step = (index: number, of: number) => ({
    created: `2024-01-01T00:${String(index % 60).padStart(2, '0')}:00.${String(of % 1_000_000).padStart(9, '0')}Z`,
    created_by: stepConfig(of).Cmd!.join(' '),
  })
  const history = Array.from({ length: depth }, (_, index) => step(index, family * 1000 + index)).concat(step(depth, n))
  const full = {
    Hostname: '',
    Domainname: '',
    AttachStdin: false,
    AttachStdout: false,
    AttachStderr: false,
    Tty: false,
    OpenStdin: false,
    StdinOnce: false,
  }
  const config = { ...full, ...stepConfig(n), Image: `sha256:${String(n).padStart(64, 'a')}`, OnBuild: null }
  const document = {
    architecture: 'amd64',
    config: { ...config, Cmd: ['node', 'server.js'] },
    container: String(n).padStart(64, 'c'),
    container_config: { ...config, Hostname: String(n).padStart(12, 'c') },
    created: history[depth]!.created,
    docker_version: '20.10.24',
    history,
    os: 'linux',
    rootfs: {
      type: 'layers',
      diff_ids: history.map(
        (_, index) => `sha256:${String(index === depth ? n : family * 1000 + index).padStart(64, '0')}`,
      ),
    },
  }
  const raw = encoder.encode(
    JSON.stringify(document).replace(/&/g, '\\u0026').replace(/</g, '\\u003c').replace(/>/g, '\\u003e'),
  )
  return { id: digestOf(raw), raw }
}

/** One parent and `size` children of it, the n-th made by step n + 1. */
export function siblingStore(size: number): { store: ImageStore; parent: Made; children: readonly Made[] } {
  const parent = imageOf(0, 3)
  const children = Array.from({ length: size }, (_, n) => imageOf(n + 1, 4))
  let [store] = createImages(emptyStore(), [parent.raw, ...children.map(({ raw }) => raw)])
  for (const { id } of children) [store] = setParent(store, id, parent.id)
  return { store, parent, children }
}
