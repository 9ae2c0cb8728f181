# shellcheck shell=sh
# Sourced by every hook of be-hook. Decides in the shell whether there is work on this machine, so that Node starts only if there is. Starts
# Node in an environment that cannot load foreign code into a process of root.

# A btrfs root of a machine that boots: no container, no image build, no chroot, no transactional-update, no ostree.
be_hook_serves() {
	[ -z "${container:-}${TRANSACTIONAL_UPDATE:-}" ] || return 1
	for sign in /run/.containerenv /.dockerenv /run/systemd/container /.buildenv /run/ostree-booted; do
		[ ! -e "$sign" ] || return 1
	done
	# In a chroot, as of `dnf --installroot` or of a clone being upgraded, the first process has another root; without /proc this is unknown, and the hook does nothing.
	[ /proc/1/root/. -ef / ] || return 1
	root_type=
	while read -r _ _ _ _ mountpoint rest; do
		[ "$mountpoint" = / ] && root_type=$rest
	done </proc/self/mountinfo
	case $root_type in *' - btrfs '*) return 0 ;; *) return 1 ;; esac
}

# Whether /boot is a file system of its own, or a subvolume: then other boot environments may have files in it.
be_hook_shares_boot() {
	while read -r _ _ _ _ mountpoint _; do
		[ "$mountpoint" != /boot ] || return 0
	done </proc/self/mountinfo
	return 1
}

# Whether the menu is in place: `be-hook setup` puts it there, `be-hook uninstall` removes it. Its files are the record. One is enough: the
# others may be damaged, and the next sync mends them.
be_hook_is_set_up() {
	for file in /boot/grub2/be-hook.cfg /boot/grub/be-hook.cfg /etc/grub.d/99_be-hook /lib/grub.d/99_be-hook /boot/loader/entries/be-hook-*.conf; do
		[ ! -e "$file" ] || return 0
	done
	for file in /boot/grub2/grub.cfg /boot/grub/grub.cfg; do
		[ -r "$file" ] || continue
		while IFS= read -r line; do
			case $line in *'/be-hook.cfg"'*) return 0 ;; esac
		done <"$file"
	done
	return 1
}

# The caller's environment must not choose a program, or load code into one.
be_hook_clean() {
	PATH=/usr/sbin:/usr/bin:/sbin:/bin
	export PATH
	unset LD_PRELOAD
	be_hook_clean_node
}

# NODE_OPTIONS and NODE_PATH could load foreign code into a process of root. The others only cost time.
be_hook_clean_node() {
	unset NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_COMPILE_CACHE NODE_V8_COVERAGE
}

# Sets be_hook_node to the first Node.js that is new enough. Only programs that packages install: never by PATH, never /usr/local. Fedora
# calls them node-MAJOR and may leave out /usr/bin/node (Changes/NodejsRepackaging). Otherwise be_hook_found says what there is.
be_hook_find_node() {
	be_hook_node=""
	be_hook_found=""
	set -- /usr/bin/node-24 /usr/bin/node-22 /usr/bin/node-20 /usr/bin/node
	# The time of the last change of the inode (%z) is later after every replacement. The time of modification comes from the package.
	# stat(1) fails where a candidate is missing. The caller may run under set -e, as %check of the package does.
	be_hook_files=$(/usr/bin/stat -L --printf='%n:%d:%i:%s:%z ' "$@" 2>/dev/null) || :
	be_hook_is_recorded "$@" && return 0
	for program; do
		[ -x "$program" ] || continue
		# A Node whose libraries are missing, or that hangs, does not count.
		version=$(/usr/bin/timeout --kill-after=1 10 "$program" --version </dev/null 2>/dev/null) || version=
		if be_hook_is_new_enough "$version"; then
			be_hook_node=$program
			(umask 022 && echo "$program $be_hook_files" >"$be_hook_record") 2>/dev/null || :
			return 0
		fi
		be_hook_found="$be_hook_found${be_hook_found:+, }$program ${version:-does not run}"
	done
	be_hook_found="Node.js 20.19 or newer is missing (found: ${be_hook_found:-nothing in /usr/bin})"
	return 1
}

# The program that was new enough, and the files of which this was found out. Only root can write to /run.
be_hook_record=/run/be-hook.node

# Sets be_hook_node to the recorded program if the files are the same: stat(1) takes a fifth of the time in which Node prints its version.
be_hook_is_recorded() {
	[ -n "$be_hook_files" ] || return 1
	{ IFS= read -r record <"$be_hook_record"; } 2>/dev/null || return 1
	# Only the candidates count, whatever the file says: a record that a user could write must not choose the program.
	for program; do
		[ "$record" = "$program $be_hook_files" ] && [ -x "$program" ] && be_hook_node=$program && return 0
	done
	return 1
}

be_hook_is_new_enough() {
	case $1 in v[0-9]*.[0-9]*.*) ;; *) return 1 ;; esac
	major=${1#v} major=${major%%.*}
	minor=${1#*.} minor=${minor%%.*}
	case $major$minor in *[!0-9]*) return 1 ;; esac
	[ "$major" -gt 20 ] || { [ "$major" -eq 20 ] && [ "$minor" -ge 19 ]; }
}

# Runs an entry point of be-hook. The caller's transaction always continues: a failure is printed and recorded, but not passed on.
be_hook_run() {
	be_hook_clean
	if ! be_hook_find_node; then
		be_hook_failed "$be_hook_found; install nodejs, then run: be-hook sync"
	elif ! "$be_hook_node" "$@" </dev/null; then
		# A library of Node may be missing: the next run asks Node again. It also compiles the program again (lib/system/code-cache.ts).
		rm -rf "$be_hook_record" /run/be-hook.code 2>/dev/null
		be_hook_failed 'the program ended early; run: be-hook sync'
	fi
	return 0
}

be_hook_failed() {
	echo "be-hook: the boot menu is out of date: $1" >&2
	{ mkdir -p /var/lib/be-hook && echo "$1" >/var/lib/be-hook/needs-sync; } 2>/dev/null
}
