// Package vmtest installs onto real block devices in virtual machines and boots what was installed, twice.
//
//	make test-vm                        six cycles, and ten tables on an NVMe disk
//	make test-vm-full                   every disk with and without LUKS with every swap, and every fault at every step
//	make test-vm-full VM_RUN=TestKills  a part of it: TestInstallAndBoot, TestEveryFault, TestKills, TestPowerCuts, TestContinue
//
// LETHE_VM_SEED=N draws sizes, names, passwords, the order of the disks and what was on them as the run did that printed N;
// LETHE_VM_GUESTS=N is how many guests run at a time (2); LETHE_VM_KEEP=FOLDER keeps what they said and wrote.
//
// Outside the tag vm there is nothing here. The tests need QEMU, OVMF and apt, no privilege and no KVM; a network only the first
// time, for the guest tree that guest/tree.sh makes of Debian packages and keeps outside the clone (LETHE_VM_CACHE, else
// ~/.cache/lethe-vm).
//
// # One cycle
//
//  1. A guest starts a live system (guest/live.sh) with udev, UEFI variables, one or two sparse target disks and a decoy disk. It
//     runs the engine's real binary as root, with the machine's real parted, cryptsetup, mkfs, mount and Nix (guest/install.sh).
//  2. The disk starts by itself through OVMF and systemd-boot. The driver types the passphrase at cryptsetup's own prompt. What then
//     runs writes down what it sees (guest/proof.sh) and leaves markers in places that must forget and places that must not.
//  3. It starts again; the markers are looked for. One of the two starts has fresh UEFI variables and so takes the fallback path.
//  4. In one cycle a file system then gets another identifier, and the start must fail.
//
// # One fault
//
// A case (faults_test.go) is an installation to which something happens, and one after it to which nothing does. Cases follow one another
// in one guest, on one disk (guest/fault.sh); what happens is in guest/faults.sh. Disks hang at ports of their own, so that the host can
// unplug them, put others in their place, and make their writes fail while the guest runs; the guest asks for that, or for a power cut,
// through a file (host_test.go). Before each program that the engine calls stands a recorder (guest/record.sh), which writes down
// arguments and environment and is where a case breaks something. A quick stand-in for nixos-install (guest/quick.sh) does where
// nothing is to be booted. After each guest secrets are searched for (canary_test.go, guest/hunt.sh).
//
// # The explorer
//
// TestExplorer starts one installed system three times (guest/explore.sh). The first start is strewn with files, and the explorer says what
// the next boot would forget; a census of the root and of the persist tree, by a program of its own (census), is its judge: what the second
// start has lost must be what was told, file for file. Then folders are kept, written to, copied again and rebuilt, and the third start must
// have them as they were left; one of them is forgotten. A boot also writes: what is on the new root before anybody but the boot wrote is
// its own work, must be what the start before had written, and must have been told as noise (explorelost_test.go says it exactly).
//
// # What it proves
//
// The table (read by sfdisk, sgdisk, parted), what is left mounted or mapped after the installation (nothing), that no byte of the
// decoy changed; in the started system: root a tmpfs of mode 755 and the wished size, /boot for root only, every kept folder in its
// place, swap as wished, passwords right, numbers of services' users as handed out while installing, the repository usable by its
// owner with git and by root with Nix, and evaluating to the very system that runs; after a restart, what was forgotten and kept.
//
// # What it does not
//
// No NixOS closure can be had without a network. A stand-in (folder standin) plays nixpkgs, home-manager and impermanence: real
// Nix evaluates the generated repository, untouched, with a small module system of our own and builds of its values a tiny system
// whose fstab, crypttab and swap table are what the start really uses, so that a wrong identifier fails it. guest/bin/nixos-install
// plays the real one by its contract, and guest/bin/nixos-rebuild with the stand-in's switch-to-configuration the real switch: the
// repository is evaluated and built anew, the entry of the boot loader written, and binds are mounted and unmounted where systemd's
// mount units would be. So option names and types that only nixpkgs knows are not checked here, nor systemd, a desktop, a login, or
// firmware other than OVMF.
package vmtest
