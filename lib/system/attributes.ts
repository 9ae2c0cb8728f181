/**
 * Our extended attributes. All are `trusted.` ones, which only root can set and see: a user who can create subvolumes
 * must never get one of hers into the boot menu.
 */
export const markAttribute = 'trusted.be-hook.environment';

/** On the top level: uuid of the subvolume that boots by default. */
export const activeAttribute = 'trusted.be-hook.active';

/** What both names begin with. */
export const attributePrefix = 'trusted.be-hook.';
