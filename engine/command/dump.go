package command

// ListTable prints size and table of an image; lsblk knows block devices only.
func ListTable(path string) Command { return New("sfdisk", "--list", path) }

// DumpLUKS prints the JSON metadata of a LUKS2 header.
func DumpLUKS(path string) Command {
	return New("cryptsetup", "luksDump", "--dump-json-metadata", path)
}
