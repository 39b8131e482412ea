package export

import (
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
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
	storage := filesystem.NewStorage(folder, cache.NewObjectLRUDefault())
	if head, err := storage.Reference(plumbing.HEAD); err == nil && head.Type() == plumbing.HashReference {
		return detached{storage}, nil
	}
	return storage, nil
}

// detached is a repository whose HEAD is a commit and no branch. go-git would guess a branch for it, and take HEAD for one that leads
// to itself; shown only in the list of references, it is cloned as it is.
type detached struct{ *filesystem.Storage }

// Reference hides HEAD.
func (d detached) Reference(name plumbing.ReferenceName) (*plumbing.Reference, error) {
	if name == plumbing.HEAD {
		return nil, plumbing.ErrReferenceNotFound
	}
	return d.Storage.Reference(name)
}
