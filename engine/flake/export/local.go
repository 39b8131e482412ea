package export

import (
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/storer"
	"github.com/go-git/go-git/v5/plumbing/transport"
	"github.com/go-git/go-git/v5/plumbing/transport/client"
	"github.com/go-git/go-git/v5/plumbing/transport/server"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

// readInProcess makes go-git read folders by itself: it would otherwise run the machine's git, with its configuration.
var readInProcess = sync.OnceFunc(func() {
	client.InstallProtocol("file", server.NewClient(folders{}))
})

// folders finds repositories with and without a work tree.
type folders struct{}

// Load implements [server.Loader].
func (folders) Load(at *transport.Endpoint) (storer.Storer, error) {
	folder := osfs.New(at.Path, osfs.WithBoundOS())
	if info, err := folder.Stat(".git"); err == nil && info.IsDir() {
		if folder, err = folder.Chroot(".git"); err != nil {
			return nil, err
		}
	}
	if _, err := folder.Stat("HEAD"); err != nil {
		return nil, transport.ErrRepositoryNotFound
	}
	return filesystem.NewStorage(folder, cache.NewObjectLRUDefault()), nil
}
