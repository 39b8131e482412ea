# The Nix side, as far as it works without Nix; the rest is `nix flake show`.

.PHONY: vendor-hash
vendor-hash: test-tools ## Compute the hash that the Nix package needs after go.mod, go.sum or an import changed
	nix/vendor-hash.sh --write

.PHONY: lint-nix
lint-nix: lint-tools
	nix/lint.sh
	nix/vendor-hash.sh --check

.PHONY: vm run-vm
run-vm: vm
vm: medium-tools ## Try a live medium in a virtual machine: ISO=FILE, or none to start what was installed; VM="--disk nvme --fresh"
	nix/vm.sh $(if $(ISO),--iso "$(ISO)") --state "$(abspath $(build))/lethe-vm" $(VM)

# What a window with a shared clipboard needs beside QEMU.
.PHONY: medium-tools
medium-tools:
	$(call need,qemu-system-x86_64:qemu-system-x86 qemu-img:qemu-utils remote-viewer:virt-viewer \
	  $(if $(wildcard /usr/share/OVMF/OVMF_CODE_4M.fd),,OVMF:ovmf))
