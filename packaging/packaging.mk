# Desktop packaging: what `make install` puts where is said in packaging/install.sh.

PREFIX ?= /usr/local
export DESTDIR PREFIX POLKITDIR

.PHONY: install
install: build window ## Install programs, man pages, completions, menu entry and polkit action: DESTDIR= PREFIX=
	packaging/install.sh $(build) engine window desktop

.PHONY: dist
dist: window-tools dist-tools ## Make reproducible archives of the last commit, with checksums, in build/dist
	packaging/dist.sh $(build)/dist

.PHONY: icons
icons: icon-tools ## Draw the icons anew from assets/icon.svg
	for size in $(basename $(notdir $(wildcard packaging/icons/*.png))); do rsvg-convert -w $$size -h $$size assets/icon.svg -o packaging/icons/$$size.png; done
	rsvg-convert -w 512 -h 512 assets/icon.svg -o assets/icon.png

.PHONY: lint-packaging
lint-packaging: lint-tools build
	rm -rf $(build)/lint-packaging
	DESTDIR=$(abspath $(build))/lint-packaging PREFIX=/usr POLKITDIR= packaging/install.sh $(build) engine desktop
	packaging/check.sh $(abspath $(build))/lint-packaging /usr

.PHONY: dist-tools icon-tools
dist-tools:
	$(call need,git:git tar:tar gzip:gzip)
icon-tools:
	$(call need,rsvg-convert:librsvg2-bin)
