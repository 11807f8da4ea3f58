// Command moby times the classic builder's cache probe as moby itself runs it.
//
//	moby [-backend fs|mem] input.jsonl
//
// Real moby: the image store (image.NewImageStore), its file-system backend
// (image.NewFSStoreBackend), the probe (cache.NewLocal(store).GetCache) and all
// they do: reading, hashing, decoding and comparing every sibling's config.
//
// Ours: reading the input, the clock, a layer store in which every layer
// exists, and the in-memory backend behind -backend mem.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"time"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/dockerversion"
	"github.com/docker/docker/image"
	"github.com/docker/docker/image/cache"
	"github.com/docker/docker/layer"
	digest "github.com/opencontainers/go-digest"
)

const (
	minRounds = 5                // however slow a probe is,
	minTime   = 2 * time.Second  // and however fast,
	maxTime   = 20 * time.Second // but never start another round after this
)

// line is one line of the input: exactly one of the three is set.
type line struct {
	Parent *string           `json:"parent"`
	Child  *string           `json:"child"`
	Probe  *container.Config `json:"probe"`
}

type nanoseconds struct {
	Min    int64 `json:"min"`
	Median int64 `json:"median"`
	P90    int64 `json:"p90"`
}

type result struct {
	Docker      string      `json:"docker"`
	Backend     string      `json:"backend"`
	Siblings    int         `json:"siblings"`
	Rounds      int         `json:"rounds"`
	Nanoseconds nanoseconds `json:"nanoseconds"`
	Winner      string      `json:"winner"`
}

func main() {
	backend := flag.String("backend", "fs", "image store backend: fs or mem")
	flag.Parse()
	if err := run(*backend, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "moby:", err)
		os.Exit(1)
	}
}

func run(backend string, args []string) error {
	if len(args) != 1 {
		return errors.New("usage: moby [-backend fs|mem] input.jsonl")
	}
	var images image.StoreBackend
	switch backend {
	case "fs":
		root, err := os.MkdirTemp("", "moby-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(root)
		// The daemon's own call, on its own kind of directory.
		if images, err = image.NewFSStoreBackend(filepath.Join(root, "imagedb")); err != nil {
			return err
		}
	case "mem":
		images = &memory{map[digest.Digest][]byte{}, map[string][]byte{}}
	default:
		return fmt.Errorf("unknown backend %q", backend)
	}
	store, err := image.NewImageStore(images, map[string]image.LayerGetReleaser{runtime.GOOS: anyLayer{}})
	if err != nil {
		return err
	}
	parent, probe, err := load(store, args[0])
	if err != nil {
		return err
	}
	winner, took, err := measure(store, parent, probe)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result{
		Docker:      dockerversion.Version,
		Backend:     backend,
		Siblings:    len(store.Children(parent)),
		Rounds:      len(took),
		Nanoseconds: nanoseconds{took[0], quantile(took, 0.5), quantile(took, 0.9)},
		Winner:      winner,
	})
}

// load fills the store from the input file, as builds before this one would have.
func load(store image.Store, path string) (parent image.ID, probe *container.Config, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", nil, err
	}
	defer file.Close()
	lines := json.NewDecoder(bufio.NewReader(file))
	for n := 1; ; n++ {
		var l line
		if err = lines.Decode(&l); err == io.EOF {
			break
		}
		switch {
		case err != nil:
		case probe != nil:
			err = errors.New("nothing may follow the probe")
		case l.Parent != nil && parent == "":
			parent, err = store.Create([]byte(*l.Parent))
		case l.Child != nil && parent != "":
			var child image.ID
			if child, err = store.Create([]byte(*l.Child)); err == nil {
				err = store.SetParent(child, parent)
			}
		case l.Probe != nil && parent != "":
			probe = l.Probe
		default:
			err = errors.New("want one parent, then children, then one probe")
		}
		if err != nil {
			return "", nil, fmt.Errorf("%s: record %d: %w", path, n, err)
		}
	}
	if probe == nil {
		return "", nil, fmt.Errorf("%s: no probe", path)
	}
	return parent, probe, nil
}

// measure returns the image the probe finds ("" for none) and how long each
// probe took, shortest first. One probe runs before the clock does.
func measure(store image.Store, parent image.ID, probe *container.Config) (string, []int64, error) {
	local := cache.NewLocal(store)
	winner, err := local.GetCache(parent.String(), probe)
	if err != nil {
		return "", nil, err
	}
	var took []int64
	for begin := time.Now(); ; {
		start := time.Now()
		found, err := local.GetCache(parent.String(), probe)
		end := time.Now()
		if err != nil {
			return "", nil, err
		}
		if found != winner {
			// moby walks siblings in map order: of equals, any may win.
			return "", nil, errors.New("two rounds found different images: matching children share the latest created time")
		}
		took = append(took, end.Sub(start).Nanoseconds())
		spent := end.Sub(begin)
		if spent >= maxTime || (spent >= minTime && len(took) >= minRounds) {
			break
		}
	}
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	return winner, took, nil
}

// quantile is the nearest-rank quantile of sorted numbers.
func quantile(sorted []int64, q float64) int64 {
	return sorted[int(math.Ceil(q*float64(len(sorted))))-1]
}

// anyLayer is a layer store in which every layer exists. Probes never ask it.
type anyLayer struct{}

func (anyLayer) Get(layer.ChainID) (layer.Layer, error)        { return nil, nil }
func (anyLayer) Release(layer.Layer) ([]layer.Metadata, error) { return nil, nil }

// memory is a backend with no files and, unlike moby's, no digest check on
// reading: what is left of a probe is decoding and comparing.
type memory struct {
	content  map[digest.Digest][]byte
	metadata map[string][]byte
}

func (m *memory) Walk(f image.DigestWalkFunc) error {
	for id := range m.content {
		if err := f(id); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Get(id digest.Digest) ([]byte, error) {
	if data, ok := m.content[id]; ok {
		return data, nil
	}
	return nil, fmt.Errorf("no image %s", id)
}

func (m *memory) Set(data []byte) (digest.Digest, error) {
	id := digest.FromBytes(data)
	m.content[id] = data
	return id, nil
}

func (m *memory) Delete(id digest.Digest) error {
	delete(m.content, id)
	return nil
}

func (m *memory) SetMetadata(id digest.Digest, key string, data []byte) error {
	m.metadata[id.String()+"/"+key] = data
	return nil
}

func (m *memory) GetMetadata(id digest.Digest, key string) ([]byte, error) {
	if data, ok := m.metadata[id.String()+"/"+key]; ok {
		return data, nil
	}
	return nil, fmt.Errorf("image %s has no %s", id, key)
}

func (m *memory) DeleteMetadata(id digest.Digest, key string) error {
	delete(m.metadata, id.String()+"/"+key)
	return nil
}
