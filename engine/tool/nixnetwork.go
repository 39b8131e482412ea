package tool

import (
	"regexp"
	"strconv"
	"strings"
)

// NetworkFailed tells whether what Nix printed, line by line, says that it ended because the network failed, so that the same
// command may succeed a little later. It knows what Nix 2.8 to 2.36, git, libgit2 and the fetchers of nixpkgs say.
//
// It is false for everything that would fail again: a build, an evaluation, a full disk, a hash or a certificate that is wrong, something
// that is not there. What a builder prints is not believed, with one exception: the fetchers, which build nothing. Warnings are
// about what Nix tried again by itself.
func NetworkFailed(lines []string) bool {
	var verdict nixVerdict
	for _, line := range lines {
		verdict.take(line)
	}
	verdict.endBuilder()
	return verdict.network && !verdict.other
}

// nixVerdict gathers why Nix ended.
type nixVerdict struct {
	network, other bool
	builder        *builderLog // that of the failed builder whose last lines are being read
}

// builderLog is what Nix quotes of a builder's output.
type builderLog struct {
	unreachable bool // curl says so
	fetcher     bool // it is a fetcher of nixpkgs
	last        string
}

var (
	builderFailed = regexp.MustCompile(`builder for '.*' failed|builder failed with exit code|failed due to signal|Reason: builder `)
	// downloading is how Nix begins to say that a transfer failed; the last group is the reason.
	downloading = regexp.MustCompile(`^unable to [a-z]+ '[^']*': (.*)$`)
	httpError   = regexp.MustCompile(`^HTTP error (\d+)(?: \(curl error: (.*)\))?`)
	curlNumber  = regexp.MustCompile(`^[^()]*(?:\([^()0-9][^()]*\)[^()]*)?\((\d+)\)`)
	curlLine    = regexp.MustCompile(`curl: \((\d+)\)`)
	noMirror    = regexp.MustCompile(`error: cannot download .* from any mirror`)
	gitAccess   = regexp.MustCompile(`^fatal: unable to access '[^']*': (.*)$`)
	remoteStore = regexp.MustCompile(`^(cannot connect to '|cannot open connection to remote store|failed to start SSH (master )?connection to ')`)
	libgit2     = regexp.MustCompile(`failed to (resolve address for|connect to) \S+: `)
)

// substitutes is Nix's own word for it; what else went wrong then stands beside it.
const substitutes = "failed (usually happens due to networking issues)"

// curlCodes are the errors of libcurl (libcurl-errors(3)) that are about the network.
var curlCodes = map[int]bool{
	5: true, 6: true, 7: true, 16: true, 18: true, 28: true, 35: true, 52: true, 55: true, 56: true, 92: true, 95: true, 96: true,
}

// unreachable are libcurl's words for them, of the versions that Nix was built with, and git's.
var unreachable = []string{
	"couldn't resolve", "could not resolve", "couldn't connect", "could not connect", "failed to connect", "timeout was reached",
	"timed out", "failure when receiving data", "failed sending data", "transferred a partial file", "http/2 framing layer",
	"http2 framing layer", "ssl connect error", "server returned nothing", "connection reset", "network is unreachable",
	"connection refused", "recv failure", "empty reply from server",
}

// saysUnreachable looks for one of them.
func saysUnreachable(text string) bool {
	text = strings.ToLower(text)
	for _, phrase := range unreachable {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return false
}

// take looks at one line.
func (v *nixVerdict) take(line string) {
	text := strings.TrimSpace(line)
	if quoted, ok := strings.CutPrefix(text, ">"); ok {
		if v.builder != nil {
			v.builder.take(strings.TrimSpace(quoted))
		}
		return
	}
	if m := gitAccess.FindStringSubmatch(text); m != nil && saysUnreachable(m[1]) {
		v.network = true
	}
	reason, isError := strings.CutPrefix(text, "error:")
	if !isError && !strings.HasPrefix(text, "Reason:") {
		return
	}
	v.endBuilder()
	v.judge(strings.TrimSpace(reason))
}

// judge looks at the text of an error.
func (v *nixVerdict) judge(reason string) {
	switch {
	case builderFailed.MatchString(reason):
		v.builder = &builderLog{}
	case unreachableReason(reason), strings.Contains(reason, substitutes), remoteStore.MatchString(reason),
		libgit2.MatchString(reason) && saysUnreachable(reason), strings.Contains(reason, "failed to resolve address for "):
		v.network = true
	case consequence(reason):
	default:
		v.other = true
	}
}

// consequence tells of an error that only follows from another one, or begins the trace of one.
func consequence(reason string) bool {
	for _, part := range []string{"failed to build", "Build failed due to failed dependency", "dependency failed", "dependencies failed", "program 'git' failed", "Cannot build '"} {
		if strings.Contains(reason, part) {
			return true
		}
	}
	return reason == "" || strings.HasPrefix(reason, "build of '") || strings.HasPrefix(reason, "…") || strings.HasPrefix(reason, "while ")
}

// unreachableReason tells whether a transfer failed for the sake of the network: 408, 429 and 5xx come and go, as Nix sees it too.
func unreachableReason(reason string) bool {
	m := downloading.FindStringSubmatch(reason)
	if m == nil {
		return false
	}
	if http := httpError.FindStringSubmatch(m[1]); http != nil {
		code, _ := strconv.Atoi(http[1])
		return code == 408 || code == 429 || code >= 500 || code < 300 && saysUnreachable(http[2])
	}
	number := curlNumber.FindStringSubmatch(m[1])
	if number == nil {
		return saysUnreachable(m[1])
	}
	code, _ := strconv.Atoi(number[1])
	return curlCodes[code]
}

// take looks at a line that a builder printed.
func (b *builderLog) take(text string) {
	if m := curlLine.FindStringSubmatch(text); m != nil {
		code, _ := strconv.Atoi(m[1])
		b.unreachable = curlCodes[code]
	}
	b.fetcher = b.fetcher || noMirror.MatchString(text)
	if text != "" {
		b.last = text
	}
}

// endBuilder judges the failed builder whose lines were read. Nix has a fetcher of its own that says what Nix itself says.
func (v *nixVerdict) endBuilder() {
	b := v.builder
	if b == nil {
		return
	}
	v.builder = nil
	if b.fetcher && b.unreachable || unreachableReason(strings.TrimSpace(strings.TrimPrefix(b.last, "error:"))) {
		v.network = true
		return
	}
	v.other = true
}
