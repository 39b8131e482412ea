// Package flake writes the NixOS repository that is installed and that the user owns afterwards: layout and
// wishes become a path → bytes map. It is pure: the same [Input] gives the same bytes.
//
// It guarantees that no text of a user or a device reaches a file unescaped, that no secret is in any file
// (a password is a path, see [PasswordFile]), that every path stays inside the repository, and that the
// disks named are exactly those of the layout. It does not run Nix, git or any other program, and reads no
// file: writing a repository out is package export, below this folder.
//
// The texts are templates in package nix; the paths worth keeping are in catalogue.tsv.
package flake
