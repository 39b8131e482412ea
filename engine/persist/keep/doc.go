// Package keep makes a path outlive the next boot, and lets go of one: it copies what is there into the persist tree, adds
// the path to the one file of the NixOS repository that belongs to Lethe ([flake.AddedFile]), and says how to rebuild.
//
// It guarantees that
//
//   - no other file of the repository is written, and what it was is read again right before;
//   - a path is declared only after its copy was verified: owner, mode, time of change, extended attributes with ACLs and
//     capabilities, hard links, holes and every byte, read back past the page cache and compared with the source;
//   - a copy is made beside its place in the persist tree, in a folder that only its maker can enter, and renamed into it
//     whole: a kill leaves nothing at the place, and the next call removes what was left beside it;
//   - no symbolic link is followed and no mount is crossed below [Place.Root], [Place.Persist] or [Place.Repo], also when
//     somebody swaps folders meanwhile: everything is opened from its parent with openat2;
//   - nothing is deleted but by [Delete]: what is forgotten, or was at the place of a copy, is moved to [ForgottenFolder].
//
// Its limits: a copy is a snapshot of each file, not of all of them at one moment. A file that changes while it is read is
// tried three times and then reported, and so is what is no file (sockets, devices, other file systems). What is written
// between the copy and the rebuild is in no snapshot: [Sync] repeats it. A path is kept when mountinfo shows it bound, and
// pending until then. Flags of chattr(1) and times of access are not compared. No program is run.
package keep
