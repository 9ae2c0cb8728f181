/**
 * grubby of Fedora and RHEL (rhboot/grubby, grubby-bls; grubby 8.40-69). Facts: entries are numbered by the version in their file
 * names, the newest first; a path must be the `linux` line of an entry; `--set-default` writes the id of an entry into
 * `saved_entry`; `--update-kernel` edits the `options` line of the selected entries, and with ALL also /etc/kernel/cmdline and
 * GRUB_CMDLINE_LINUX. Here `--args` accepts arguments without a value or with a new value.
 */
export const grubby = `#!/bin/sh
set -e
for word; do
	case $word in
	--set-default=* | --set-default-index=*) default=\${word#*=} ;;
	--update-kernel=*) kernel=\${word#*=} ;;
	--args=*) args=\${word#*=} ;;
	*) exit 2 ;;
	esac
done
list=$(cd /boot/loader/entries && ls | sed -n 's/\\.conf$//p' | sort -Vr)
find_ids() {
	index=0
	for id in $list; do
		linux=$(sed -n 's/^linux[[:space:]]*//p' "/boot/loader/entries/$id.conf")
		if [ "$1" = ALL ] || [ "$1" = "$index" ] || [ "$1" = "$linux" ]; then echo "$id"; fi
		index=$((index + 1))
	done
}
found=$(find_ids "\${default-$kernel}")
[ -n "$found" ] || { echo "The param \${default-$kernel} is incorrect" >&2; exit 1; }
if [ -n "\${default-}" ]; then
	grub2-editenv - set "saved_entry=$(echo "$found" | head -n 1)"
	exit 0
fi
for word in $args; do
	name=\${word%%=*}
	edit="s/[[:space:]]$name\\(=[^[:space:]]*\\)\\?\\([[:space:]]\\|$\\)/ /g; s/$/ $word/"
	for id in $found; do sed -i "/^options/{$edit}" "/boot/loader/entries/$id.conf"; done
	[ "$kernel" = ALL ] || continue
	sed -i "$edit" /etc/kernel/cmdline
	sed -i "s/^\\(GRUB_CMDLINE_LINUX=.*\\)\\"/\\1 $word\\"/" /etc/default/grub
done
`;
