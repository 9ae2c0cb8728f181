/**
 * The parts of grub.cfg from the scripts of the distributions' grub-mkconfig that decide what GRUB boots, and for how
 * long it shows a menu. There is one for each script, in the order in which grub-mkconfig runs them. Source, unless
 * stated otherwise: rhboot/grub2, branch fedora-44, util/grub.d/NAME.in. Branches 41 to 43 differ only in that they
 * lack `env_block`.
 */

/** The beginning of `00_header` where SUSE_BTRFS_SNAPSHOT_BOOTING=true and / is btrfs (openSUSE: always). */
export const relativePaths = 'set btrfs_relative_path="y"\nexport btrfs_relative_path\n';

/** `00_header`: loads the environment block, uses `next_entry` and `prev_saved_entry`, and sets the timeout. */
export function header(timeout = 5, style = 'menu', standard = '0'): string {
  return `if [ -f \${config_directory}/grubenv ]; then
  load_env -f \${config_directory}/grubenv
elif [ -s $prefix/grubenv ]; then
  load_env
fi
if [ "\${env_block}" ] ; then
  if [ "\${dev}" ]; then
    set env_block="(\${dev})\${env_block}"
  else
    set env_block="(\${root})\${env_block}"
  fi
  export env_block
  load_env -f "\${env_block}"
fi
if [ "\${next_entry}" ] ; then
   set default="\${next_entry}"
   set next_entry=
   ${save('next_entry')}
   set boot_once=true
else
   set default="${standard}"
fi
if [ "\${prev_saved_entry}" ]; then
  set saved_entry="\${prev_saved_entry}"
  save_env saved_entry
  set prev_saved_entry=
  save_env prev_saved_entry
  set boot_once=true
fi
if [ x$feature_timeout_style = xy ] ; then
  set timeout_style=${style}
  set timeout=${timeout}
else
  set timeout=${timeout}
fi
`;
}

/**
 * `08_fallback_counting`, after the last counted start (greenboot, ostree): the second entry is the default. The part
 * before that needs a command that upstream lacks (`decrement`).
 */
export const fallbackCounting = `if [ -n "\${boot_counter}" -a "\${boot_success}" = "0" ]; then
  if [ "\${boot_counter}" = "0" -o "\${boot_counter}" = "-1" ]; then
    set default=1
    set boot_counter=-1
  fi
  save_env boot_counter
fi
`;

/** `10_reset_boot_success`: checks whether the last boot was good, and so whether the menu may be hidden. */
export const resetBootSuccess = `if [ "\${boot_success}" = "1" -o "\${boot_indeterminate}" = "1" ]; then
  set menu_hide_ok=1
else
  set menu_hide_ok=0
fi
if [ "\${boot_success}" = "1" ] ; then
  set boot_indeterminate=0
elif [ "\${boot_indeterminate}" = "1" ]; then
  set boot_indeterminate=2
fi
set boot_success=0
${save('boot_success boot_indeterminate')}
`;

/** `12_menu_auto_hide`: hides the menu after a good boot, or shows it for a minute if `menu_show_once` requests it. */
export const menuAutoHide = `if [ x$feature_timeout_style = xy ] ; then
  if [ "\${menu_show_once}" ]; then
    unset menu_show_once
    ${save('menu_show_once')}
    set timeout_style=menu
    set timeout=60
  elif [ "\${menu_auto_hide}" -a "\${menu_hide_ok}" = "1" ]; then
    set orig_timeout_style=\${timeout_style}
    set orig_timeout=\${timeout}
    if [ "\${fastboot}" = "1" ]; then
      set timeout_style=menu
      set timeout=0
    else
      set timeout_style=hidden
      set timeout=1
    fi
  fi
fi
`;

/** `14_menu_show_once`: shows the menu for the time that `systemctl reboot --boot-loader-menu=` requested. */
export const menuShowOnce = `if [ x$feature_timeout_style = xy ]; then
  if [ "\${menu_show_once_timeout}" ]; then
    set timeout_style=menu
    set timeout="\${menu_show_once_timeout}"
    unset menu_show_once_timeout
    ${save('menu_show_once_timeout')}
  fi
fi
`;

function save(names: string): string {
  return `if [ "\${env_block}" ] ; then
     save_env -f "\${env_block}" ${names}
   else
     save_env ${names}
   fi`;
}
