package tool

import (
	"strings"
	"testing"
)

// What Nix prints when it ends, from its source (libstore/filetransfer.cc of 2.8 to 2.36), from its issues (2664, 3025, 4144, 9664,
// 13466, 14985, 15281) and from nixpkgs' fetchurl.
const (
	failedSystem = `
error: 1 dependencies of derivation '/nix/store/0-system-path.drv' failed to build
error: 1 dependencies of derivation '/nix/store/1-nixos-system-lethe-26.05.drv' failed to build`
	failedSystem230 = `
error: Cannot build '/nix/store/1-nixos-system-lethe-26.05.drv'.
       Reason: 1 dependency failed.
       Output paths:
         /nix/store/2-nixos-system-lethe-26.05`
	fetchBegun = `error: builder for '/nix/store/3-hello-2.12.tar.gz.drv' failed with exit code 1;
       last 10 log lines:
       > trying https://ftpmirror.gnu.org/hello/hello-2.12.tar.gz
       >   % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
`
)

var networkTalk = map[string]struct {
	text string
	want bool
}{
	"name 2.8":          {"error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': Couldn't resolve host name (6)" + failedSystem, true},
	"name 2.30":         {"error: unable to download 'https://cache.nixos.org/x.narinfo': Could not resolve hostname (6) Could not resolve host: cache.nixos.org" + failedSystem230, true},
	"connect":           {"error: unable to download 'https://cache.nixos.org/x.narinfo': Could not connect to server (7) Failed to connect to cache.nixos.org port 443 via localhost after 0 ms: Could not connect to server", true},
	"timeout":           {"error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': Timeout was reached (28)", true},
	"timeout 2.29":      {"error: unable to download 'https://cache.nixos.org/x.narinfo': Timeout was reached (28) Connection timed out after 15031 milliseconds", true},
	"TLS broken off":    {"error: unable to download 'https://cache.nixos.org/x.narinfo': SSL connect error (35)", true},
	"nothing":           {"error: unable to download 'https://cache.nixos.org/x': Server returned nothing (no headers, no data) (52)", true},
	"received half":     {"error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': HTTP error 200 (curl error: Failure when receiving data from the peer)", true},
	"sent half":         {"error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': Failed sending data to the peer (55)", true},
	"timeout with 206":  {"error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': HTTP error 206 (curl error: Timeout was reached)", true},
	"HTTP/2":            {"error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': HTTP error 200 (curl error: Stream error in the HTTP/2 framing layer)", true},
	"500":               {"error: unable to download 'https://cache.nixos.org/x.narinfo': HTTP error 500", true},
	"503 with a body":   {"error: unable to download 'https://api.github.com/repos/NixOS/nixpkgs': HTTP error 503\n\n       response body:\n\n       <html>backend fetch failed</html>", true},
	"too many requests": {"error: unable to download 'https://api.github.com/x': HTTP error 429", true},
	"in a trace": {`error:
       … while updating the lock file of flake 'path:/mnt/etc/nixos'

       … while fetching the input 'github:NixOS/nixpkgs/abc'

       error: unable to download 'https://github.com/NixOS/nixpkgs/archive/abc.tar.gz': Could not resolve hostname (6)`, true},
	"substitutes": {"warning: error: unable to download 'https://cache.nixos.org/nar/x.nar.xz': Timeout was reached (28); retrying in 300 ms\n" +
		"error: some substitutes for the outputs of derivation '/nix/store/x.drv' failed (usually happens due to networking issues); try '--fallback' to build derivation from source" + failedSystem, true},
	"git":             {"fatal: unable to access 'https://github.com/a/b/': Could not resolve host: github.com\nerror: program 'git' failed with exit code 128", true},
	"libgit2":         {"error: Failed to fetch git repository 'https://github.com/a/b': failed to resolve address for github.com: Name or service not known", true},
	"libgit2 connect": {"error: Failed to fetch git repository 'https://github.com/a/b': failed to connect to github.com: Connection timed out", true},
	"ssh store":       {"error: cannot connect to 'builder.example.org'", true},
	"remote store":    {"error: cannot open connection to remote store 'ssh-ng://x': unexpected end-of-file", true},
	"fetchurl": {fetchBegun + `       > curl: (6) Could not resolve host: ftpmirror.gnu.org
       > error: cannot download hello-2.12.tar.gz from any mirror` + failedSystem, true},
	"fetchurl 2.30": {`error: Cannot build '/nix/store/3-hello-2.12.tar.gz.drv'.
       Reason: builder failed with exit code 1.
       Last 25 log lines:
       > curl: (28) Failed to connect to x port 443 after 130000 ms: Could not connect to server
       > error: cannot download hello-2.12.tar.gz from any mirror` + failedSystem230, true},
	"Nix's own fetcher": {`error: builder for '/nix/store/3-busybox.drv' failed with exit code 1;
       last 1 log lines:
       > error: unable to download 'http://tarballs.nixos.org/x': Couldn't resolve host name (6)`, true},

	"nothing was said":       {"", false},
	"only warnings":          {"warning: unable to download 'https://cache.nixos.org/x.narinfo': Timeout was reached (28); retrying in 2130 ms (attempt 4/5)", false},
	"an ignored error":       {"error (ignored): unable to download 'https://cache.nixos.org/x.narinfo': Timeout was reached (28)", false},
	"not there":              {"error: unable to download 'https://github.com/a/b/archive/c.tar.gz': HTTP error 404", false},
	"forbidden":              {"error: unable to download 'https://api.github.com/x': HTTP error 403 (rate limit exceeded)", false},
	"a body that says 503":   {"error: unable to download 'https://x/503': HTTP error 404\n\n       response body:\n\n       HTTP error 503, Connection timed out", false},
	"wrong clock":            {"error: unable to download 'https://cache.nixos.org/x': SSL peer certificate or SSH remote key was not OK (60)", false},
	"no such protocol":       {"error: unable to download 'htp://x': Unsupported protocol (1)", false},
	"cannot write":           {"error: unable to download 'https://cache.nixos.org/x': Failed writing received data to disk/application (23)", false},
	"disk full":              {"error: writing to file '/mnt/nix/store/x': No space left on device\nerror: some substitutes for the outputs of derivation '/nix/store/x.drv' failed (usually happens due to networking issues); try '--fallback' to build derivation from source", false},
	"hash mismatch":          {"error: hash mismatch importing path '/nix/store/x';\nerror: some substitutes for the outputs of derivation '/nix/store/x.drv' failed (usually happens due to networking issues)", false},
	"daemon away":            {"error: cannot connect to socket at '/nix/var/nix/daemon-socket/socket': Connection refused", false},
	"attribute missing":      {"error: attribute 'nixosConfigurations.lethe' missing", false},
	"evaluation aborted":     {"error: evaluation aborted with the following error message: 'Connection timed out'", false},
	"thrown words":           {"error: Could not resolve host: the option must name one", false},
	"a package's name":       {"error: Package 'unable-to-download-HTTP-error-503' is marked as broken, refusing to evaluate.", false},
	"a URL with words":       {"error: unable to download 'https://x/Timeout was reached (28)': HTTP error 404", false},
	"build":                  {"error: builder for '/nix/store/x-foo.drv' failed with exit code 2;\n       last 10 log lines:\n       > make: *** [all] Error 2" + failedSystem, false},
	"build 2.30":             {"error: Cannot build '/nix/store/x-foo.drv'.\n       Reason: builder failed with exit code 2.\n       Last 25 log lines:\n       > make: *** [all] Error 2" + failedSystem230, false},
	"test without network":   {"error: builder for '/nix/store/x-foo.drv' failed with exit code 1;\n       last 3 log lines:\n       > curl: (6) Could not resolve host: example.org\n       > FAILED test_download - Connection timed out" + failedSystem, false},
	"fetchurl finds no file": {fetchBegun + "       > curl: (22) The requested URL returned error: 404\n       > error: cannot download hello-2.12.tar.gz from any mirror", false},
	"build beside network":   {"error: unable to download 'https://cache.nixos.org/x.nar.xz': Timeout was reached (28)\nerror: builder for '/nix/store/x-foo.drv' failed with exit code 2;\n       > no", false},
	"builder says an error":  {"foo> error: unable to download 'https://x': Timeout was reached (28)\nerror: builder for '/nix/store/x-foo.drv' failed with exit code 1", false},
	"killed":                 {"error: builder for '/nix/store/x-foo.drv' failed due to signal 9 (Killed)", false},
	"interrupted":            {"error: interrupted by the user", false},
	"boot loader":            {"copying path '/nix/store/x'\nTraceback (most recent call last):\nOSError: [Errno 28] No space left on device: '/boot/x'\nFailed to install bootloader", false},
}

func TestNetworkFailed(t *testing.T) {
	for name, row := range networkTalk {
		t.Run(name, func(t *testing.T) {
			noise := "copying path '/nix/store/0-a' from 'https://cache.nixos.org'...\nbuilding '/nix/store/9-etc.drv'...\n"
			if got := NetworkFailed(strings.Split(noise+row.text, "\n")); got != row.want {
				t.Errorf("%v of\n%s", got, row.text)
			}
		})
	}
}

func FuzzNetworkFailed(f *testing.F) {
	for _, row := range networkTalk {
		f.Add(row.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Split(text, "\n")
		full := append([]string{"error: writing to file '/mnt/nix/store/x': No space left on device"}, lines...)
		if NetworkFailed(full) {
			t.Errorf("a full disk is taken for the network: %q", text)
		}
		if NetworkFailed(lines) && !strings.Contains(text, "error:") && !strings.Contains(text, "fatal:") {
			t.Errorf("no error is taken for one: %q", text)
		}
	})
}
