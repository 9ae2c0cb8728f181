# shellcheck shell=sh
# Sourced by every hook of be-hook. Decides with the shell's own means whether there is anything to do here, so that Node is not even
# started where there is not; and starts Node in an environment that cannot load foreign code into a process of root's.

# A btrfs root of a machine that boots: no container, no image build, no chroot, no transactional-update, no ostree.
be_hook_serves() {
	[ -z "${container:-}${TRANSACTIONAL_UPDATE:-}" ] || return 1
	for sign in /run/.containerenv /.dockerenv /run/systemd/container /.buildenv /run/ostree-booted; do
		[ ! -e "$sign" ] || return 1
	done
	# In a chroot, as of `dnf --installroot` or of a clone being upgraded, the first process has another root; without /proc nobody knows.
	[ /proc/1/root/. -ef / ] || return 1
	root_type=
	while read -r _ _ _ _ mountpoint rest; do
		[ "$mountpoint" = / ] && root_type=$rest
	done </proc/self/mountinfo
	case $root_type in *' - btrfs '*) return 0 ;; *) return 1 ;; esac
}

# Nothing of the caller's environment is to choose a program, or to load code into one.
be_hook_clean() {
	PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	export PATH
	unset NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_COMPILE_CACHE NODE_V8_COVERAGE LD_PRELOAD
}

# Runs one of our entry points. Whatever becomes of it, the caller's transaction goes on: a failure is said and noted, not passed on.
be_hook_run() {
	be_hook_clean
	if ! command -v node >/dev/null; then
		be_hook_failed 'the program node is missing; install nodejs, then run: be-hook sync'
	elif ! node "$@" </dev/null; then
		be_hook_failed 'the program ended early; run: be-hook sync'
	fi
	return 0
}

be_hook_failed() {
	echo "be-hook: the boot menu is not in step: $1" >&2
	{ mkdir -p /var/lib/be-hook && echo "$1" >/var/lib/be-hook/needs-sync; } 2>/dev/null
}
