# Lethe. The two commands of the README are `make run` and `make test`; both install what is missing first.
# On Debian and its kin that is apt's work (with sudo unless you are root); elsewhere the missing programs are named.

SHELL := /bin/bash
.DEFAULT_GOAL := help

GO ?= go
GOLANGCI_VERSION := v2.15.0
GOTESTSUM_VERSION := v1.13.0
FUZZTIME ?= 60s
TEST_FUZZ ?= 2000x
SHUFFLED ?= 10000
BENCH_RUNS ?= 7
VM_RUN ?= .
BENCH_VM_PAIRS ?= 5

build := build
engine := $(build)/lethe-engine
window := $(build)/lethe
lint := $(build)/tools/golangci-lint-$(GOLANGCI_VERSION)
gotestsum := $(build)/tools/gotestsum-$(GOTESTSUM_VERSION)
# What failed, and what it said, is told once more at the end: a log's end is what people are shown.
go-test = $(gotestsum) --format $(1) --raw-command -- $(GO) test -json
# Fyne parses its 4 MiB font of coloured emoji once for every style of text; Lethe shows none.
build-window = CGO_ENABLED=1 $(GO) build -tags gles,no_animations,no_emoji -trimpath -ldflags "-s -w"

# Ordinary users on Debian do not have the sbin folders in their PATH, but the programs are there.
export PATH := $(PATH):/usr/local/go/bin:/usr/local/sbin:/usr/sbin:/sbin

# What the engine calls, and what only tests need. Each name is a program and the Debian package that has it. The race
# detector needs a C compiler with the C library's headers; of Debian's packages g++ is the one that brings both.
run_tools := blkid:util-linux wipefs:util-linux partx:util-linux mkswap:util-linux lsblk:util-linux \
  sfdisk:fdisk sgdisk:gdisk parted:parted mkfs.fat:dosfstools mkfs.ext4:e2fsprogs cryptsetup:cryptsetup-bin
test_tools := $(run_tools) g++:g++ git:git shellcheck:shellcheck nix-instantiate:nix-bin jq:jq unshare:util-linux dbus-daemon:dbus-daemon rsync:rsync
# What the window is built from: headers, so what is looked for are files. It is drawn by OpenGL ES, which compiles in a quarter of
# the time of OpenGL, and nothing blinks or moves while nothing happens.
headers := EGL/egl.h:libegl1-mesa-dev GLES2/gl2.h:libgles2-mesa-dev X11/Xlib.h:libx11-dev X11/Xcursor/Xcursor.h:libxcursor-dev \
  X11/extensions/Xrandr.h:libxrandr-dev X11/extensions/Xinerama.h:libxinerama-dev X11/extensions/XInput2.h:libxi-dev \
  X11/extensions/xf86vmode.h:libxxf86vm-dev wayland-client.h:libwayland-dev xkbcommon/xkbcommon.h:libxkbcommon-dev
window_tools := g++:g++ pkg-config:pkg-config $(foreach pair,$(headers),$(if $(wildcard /usr/include/$(firstword $(subst :, ,$(pair)))),,$(pair)))
# The tests of the real window click and look by themselves; they need a display.
display_tools := Xvfb:xvfb

# For the virtual machines. The firmware and the keyring are files and not programs.
vm_tools := qemu-system-x86_64:qemu-system-x86 mksquashfs:squashfs-tools cpio:cpio depmod:kmod modprobe:kmod xz:xz-utils gzip:gzip \
  flock:util-linux dpkg-deb:dpkg $(if $(wildcard /usr/share/OVMF/OVMF_CODE_4M.fd),,OVMF:ovmf) \
  $(if $(wildcard /usr/share/keyrings/debian-archive-keyring.gpg),,debian-archive-keyring:debian-archive-keyring)

# For lint. The DTD of polkit's actions comes with polkit itself.
check_tools := git:git shellcheck:shellcheck nix-instantiate:nix-bin desktop-file-validate:desktop-file-utils appstreamcli:appstream \
  xmllint:libxml2-utils mandoc:mandoc zsh:zsh fish:fish $(if $(wildcard /usr/share/polkit-1/policyconfig-1.dtd),,polkit-dtd:polkitd)

.PHONY: help
help: ## Show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Open the window in rehearsal on a virtual disk, or rehearse without it where there is no display
	@if test -n "$$DISPLAY$$WAYLAND_DISPLAY"; then $(MAKE) --no-print-directory run-window; else $(MAKE) --no-print-directory rehearse; fi

.PHONY: run-window
run-window: run-tools window build
	@$(window) --rehearse; code=$$?; \
	if test $$code -eq 3; then $(MAKE) --no-print-directory rehearse; else exit $$code; fi # 3: the display cannot be reached, as with sudo

.PHONY: rehearse
rehearse: run-tools build ## Rehearse a whole encrypted installation on a virtual 40 GiB disk, without a window
	@echo "The passphrase of this rehearsal is random and forgotten at once; the virtual disk is removed at the end."
	@head -c 18 /dev/urandom | base64 | $(engine) rehearse --size 40GiB --luks --user ada --host lethe --passphrase-file -

.PHONY: build
build: $(engine) ## Build the static engine

.PHONY: FORCE
$(engine): FORCE
	@mkdir -p $(build)
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o $@ ./engine/cmd/lethe-engine

.PHONY: window
window: window-tools ## Build the window
	@mkdir -p $(build)
	$(build-window) -o $(window) ./app

# With the tag ci, pages and widgets are drawn without a display.
.PHONY: test
test: test-tools build $(gotestsum) ## Run every test, and each fuzz target for a moment
	$(GO) vet -tags ci ./...
	LC_ALL=C.UTF-8 $(call go-test,pkgname) -race -tags ci ./...
	LC_ALL=C.UTF-8 $(call go-test,testname) -run 'Million|EveryProgramOfAnInstallation|InstallationStepKilled' ./engine/run/...
	@$(MAKE) --no-print-directory test-window
	@$(MAKE) --no-print-directory fuzz FUZZTIME=$(TEST_FUZZ)

.PHONY: test-shuffled
test-shuffled: ## Swap disks under SHUFFLED (10,000) played installations; some two minutes
	$(GO) test -count=1 -v -run ShuffledDisks ./engine/run -rapid.checks=$(SHUFFLED)

.PHONY: test-window
test-window: display-tools test-tools window build $(gotestsum) ## Click through rehearsals in the real window, on a display of its own
	LC_ALL=C.UTF-8 CGO_ENABLED=0 $(call go-test,testname) -tags e2e,ci -count=1 -timeout 10m -run EndToEnd ./app

# A time is the continuous integration's (TEST_FUZZ=60s); `make test` counts executions, since a machine's speed must not decide what a test covers.
.PHONY: fuzz
fuzz: build ## Run each fuzz target for FUZZTIME (60s), FUZZ_JOBS (2) at a time
	.ci/fuzz $(FUZZTIME)

VM_TESTS ?= InstallAndBoot|Repartition|ContinueAfterPowerCut|TestFaults|TestExplorer

.PHONY: test-vm
test-vm: vm-tools build $(gotestsum) ## Install in virtual machines and boot what was installed, twice
	engine/vmtest/guest/tree.sh >/dev/null
	LETHE_VM_KEEP=$(abspath $(build))/vm $(call go-test,standard-verbose) -tags vm -count=1 -timeout 60m -run '$(VM_TESTS)' ./engine/vmtest

.PHONY: test-vm-full
test-vm-full: vm-tools build $(gotestsum) ## The same for every disk, LUKS and swap, and every fault at every step; VM_RUN=TestKills is one part of it
	engine/vmtest/guest/tree.sh >/dev/null
	LETHE_VM_FULL=1 LETHE_VM_KEEP=$(abspath $(build))/vm $(call go-test,standard-verbose) -tags vm -count=1 -timeout 600m -run '$(VM_RUN)' ./engine/vmtest

.PHONY: bench-vm
bench-vm: vm-tools build ## Measure, in a virtual machine, the wait before nixos-install beside the walkthrough's commands
	engine/vmtest/guest/tree.sh >/dev/null
	LETHE_VM_CLICK=$(BENCH_VM_PAIRS) LETHE_VM_KEEP=$(abspath $(build))/vm $(GO) test -tags vm -count=1 -timeout 60m -v -run NobodyWaits ./engine/vmtest

.PHONY: lint
lint: lint-tools $(lint) lint-packaging lint-nix ## Check style, packaging and Nix files, and that imports follow the arrows of docs/architecture.md
	$(lint) run
	$(lint) run --build-tags vm ./engine/vmtest/...
	$(lint) run --build-tags e2e,ci ./app
	shellcheck .ci/run .ci/fuzz $$(git ls-files '*.sh') engine/vmtest/guest/bin/*

$(gotestsum):
	@mkdir -p $(build)/tools
	GOBIN=$(abspath $(build)/tools) $(GO) install gotest.tools/gotestsum@$(GOTESTSUM_VERSION)
	mv $(build)/tools/gotestsum $@

$(lint):
	@mkdir -p $(build)/tools
	GOBIN=$(abspath $(build)/tools) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv $(build)/tools/golangci-lint $@

.PHONY: check-nix
check-nix: test-tools ## Check generated repositories with nixfmt (NIXFMT=…) and, whole with NIXPKGS=, IMPERMANENCE=, HOME_MANAGER= (NIXPKGS= alone leaves that out)
	@rm -rf $(build)/repos && mkdir -p $(build)/repos
	$(GO) test ./engine/flake -run Golden -write $(abspath $(build)/repos)
	nix/check.sh $(build)/repos

.PHONY: bench
bench: test-tools build ## Measure the rehearsal and the persist explorer beside the walkthrough's own commands, in one run
	$(GO) run ./engine/benchmark -engine $(engine) -runs $(BENCH_RUNS)
	$(GO) test -run '^$$' -bench . -benchtime 5x ./engine/device ./engine/layout ./engine/flake/...

.PHONY: bench-window
bench-window: display-tools bench-tools build window ## Measure the window beside Calamares, in one run
	$(build-window) -o $(build)/lethe-bare ./app/benchmark/bare
	CGO_ENABLED=0 $(GO) run ./app/benchmark -window $(window) -bare $(build)/lethe-bare -engine $(engine)
	CGO_ENABLED=0 LC_ALL=C.UTF-8 $(GO) test -tags ci -run '^$$' -bench 'Flood|Explore' -benchtime 3x ./app
	CGO_ENABLED=0 LC_ALL=C.UTF-8 $(GO) test -tags ci -run '^$$' -bench Explore -benchtime 20x ./app/page

.PHONY: golden
golden: test-tools ## Make the golden files anew with sfdisk, parted and this program; review the diff
	bash engine/layout/testdata/golden.sh
	$(GO) test $$($(GO) list -f '{{.ImportPath}} {{join .TestGoFiles " "}} {{join .XTestGoFiles " "}}' ./... | awk '{print $$1}' | while read -r p; do grep -lqsE 'flag.Bool\("update"' "$${p#lethe/}"/*_test.go && echo "$$p"; done) -update

.PHONY: clean
clean: ## Remove what was built
	rm -rf $(build)

include packaging/packaging.mk nix/nix.mk

# need NAMES: install the packages of the programs that are not there.
define need
@packages=""; missing=""; \
for pair in $(1); do \
  command -v "$${pair%%:*}" >/dev/null || { missing="$$missing $${pair%%:*}"; packages="$$packages $${pair##*:}"; }; \
done; \
test -z "$$missing" && exit 0; \
echo "Missing:$$missing"; \
command -v apt-get >/dev/null || { echo "Install these programs with your package manager, then try again." >&2; exit 1; }; \
sudo=""; test "$$(id -u)" = 0 || { sudo=sudo; command -v sudo >/dev/null || { echo "Run as root: apt-get install$$packages" >&2; exit 1; }; }; \
$$sudo apt-get update -q && \
$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$(printf '%s\n' $$packages | sort -u)
endef

.PHONY: run-tools test-tools vm-tools lint-tools window-tools display-tools bench-tools
run-tools:
	$(call need,$(run_tools))
test-tools:
	$(call need,$(test_tools))
vm-tools:
	$(call need,$(vm_tools))
window-tools:
	$(call need,$(window_tools))
display-tools:
	$(call need,$(display_tools))
bench-tools:
	$(call need,calamares:calamares)
lint-tools:
	$(call need,$(check_tools))
