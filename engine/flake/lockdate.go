package flake

import (
	"encoding/json"
	"time"
)

// Newest is when the newest input of a flake.lock was last changed: a time that is certainly past. It is zero where the lock does not
// say, and where it cannot be read.
func Newest(lock []byte) time.Time {
	var file struct {
		Nodes map[string]struct {
			Locked struct {
				LastModified int64 `json:"lastModified"`
			} `json:"locked"`
		} `json:"nodes"`
	}
	newest := int64(0)
	if json.Unmarshal(lock, &file) == nil {
		for _, node := range file.Nodes {
			newest = max(newest, node.Locked.LastModified)
		}
	}
	if newest == 0 {
		return time.Time{}
	}
	return time.Unix(newest, 0).UTC()
}
