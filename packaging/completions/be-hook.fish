# Completion of be-hook(8) for fish. Commands and options are those of lib/cli/commands/; a test compares them.
complete -c be-hook -f

set -l commands sync list menu status adopt forget uninstall
set -l none "not __fish_seen_subcommand_from $commands help version"
complete -c be-hook -n $none -a sync -d 'Bring the boot menu in step with the kernels on disk'
complete -c be-hook -n $none -a list -d 'Show the boot environments'
complete -c be-hook -n $none -a menu -d 'Show what GRUB will offer'
complete -c be-hook -n $none -a status -d 'Say what this machine is'
complete -c be-hook -n $none -a adopt -d 'Make a root subvolume a boot environment'
complete -c be-hook -n $none -a forget -d 'Make a boot environment an ordinary subvolume again'
complete -c be-hook -n $none -a uninstall -d 'Give the boot menu back to the distribution'
complete -c be-hook -n $none -a help -d 'Tell the commands, or the options of one'
complete -c be-hook -n $none -a version -d 'Tell the version'

set -l plans __fish_seen_subcommand_from sync adopt forget uninstall
complete -c be-hook -n "__fish_seen_subcommand_from $commands" -l filesystem -r -F -d 'Work on this btrfs'
complete -c be-hook -n "__fish_seen_subcommand_from $commands" -l json -d 'Print JSON'
complete -c be-hook -n "__fish_seen_subcommand_from $commands" -l help -d 'Tell the options'
complete -c be-hook -n "$plans" -l dry-run -d 'Say what would be done, and do nothing'
complete -c be-hook -n '__fish_seen_subcommand_from adopt' -l name -x -d 'Name of the boot environment'
complete -c be-hook -n '__fish_seen_subcommand_from adopt' -a "(btrfs subvolume list / 2>/dev/null | sed 's/^.* path //')"
complete -c be-hook -n '__fish_seen_subcommand_from forget' -a "(be-hook list 2>/dev/null | sed '1d; s/ .*//')"
complete -c be-hook -n '__fish_seen_subcommand_from help' -a "$commands"
