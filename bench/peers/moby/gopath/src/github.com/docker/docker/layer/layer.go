// Package layer is OURS, not moby's. Debian's golang-github-docker-docker-dev
// leaves moby's own layer package out, and moby's image package does not
// compile without it. This stand-in declares just the names image uses, with
// the same underlying types, so that image and image/cache compile as they are.
//
// A cache probe calls none of it: it only decodes diff ids, which are plain
// strings here as they are in moby. Should Debian ship the real package, that
// one wins, because its GOPATH entry comes first.
package layer

import (
	"errors"

	digest "github.com/opencontainers/go-digest"
)

// DiffID is the digest of one layer's tar.
type DiffID digest.Digest

// ChainID is the digest of a stack of layers, as the OCI image spec defines it.
type ChainID digest.Digest

// Layer is what a layer store hands out; the image store only holds on to it.
type Layer interface{}

// Metadata is what releasing a layer reports; nothing here releases one.
type Metadata struct{}

// ErrLayerDoesNotExist is what the image store looks for when it is reopened.
var ErrLayerDoesNotExist = errors.New("layer does not exist")

// IsEmpty is asked only when an image is committed, which never happens here.
func IsEmpty(DiffID) bool { return false }

// CreateChainID folds diff ids into a chain id; used once for each image created.
func CreateChainID(ids []DiffID) ChainID {
	var chain ChainID
	for i, id := range ids {
		if i == 0 {
			chain = ChainID(id)
			continue
		}
		chain = ChainID(digest.FromString(string(chain) + " " + string(id)))
	}
	return chain
}
