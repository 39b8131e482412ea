package verify

// On makes a folder stand for the machine: it has proc and sys in it.
func (m *Mounted) On(machine string) { m.machine = machine }
