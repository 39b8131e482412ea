package persist

import "time"

const (
	parcelSize = 512                    // findings that are handed over at a time
	parcelAge  = 100 * time.Millisecond // how long the first of them waits at most while folders are read
)

// parcel collects a worker's findings. All their paths are one allocation.
type parcel struct {
	scan     *scan
	findings []Finding
	paths    []byte
	ends     []int // of each path in paths
	first    time.Time
}

func newParcel(s *scan) parcel {
	return parcel{scan: s, findings: make([]Finding, 0, parcelSize), ends: make([]int, 0, parcelSize)}
}

// add takes a finding whose path is the folder's and a name.
func (p *parcel) add(f Finding, folder, name []byte) {
	if len(p.findings) == 0 {
		p.first = time.Now()
	}
	p.paths = append(append(p.paths, '/'), folder...)
	if len(folder) > 0 {
		p.paths = append(p.paths, '/')
	}
	p.paths = append(p.paths, name...)
	p.ends = append(p.ends, len(p.paths))
	p.findings = append(p.findings, f)
	if len(p.findings) == parcelSize {
		p.flush()
	}
}

// settle hands over what has waited long enough.
func (p *parcel) settle() {
	if len(p.findings) > 0 && time.Since(p.first) > parcelAge {
		p.flush()
	}
}

// flush hands over all.
func (p *parcel) flush() {
	if len(p.findings) == 0 {
		return
	}
	paths, start := string(p.paths), 0
	for i, end := range p.ends {
		p.findings[i].Path = paths[start:end]
		start = end
	}
	p.scan.hand(p.findings)
	clear(p.findings)
	p.findings, p.paths, p.ends = p.findings[:0], p.paths[:0], p.ends[:0]
}
