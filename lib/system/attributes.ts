/**
 * The prefix of be-hook's extended attributes. Only root can set and see `trusted.` attributes: a user who can create
 * subvolumes must never add one of them to the boot menu.
 */
export const attributePrefix = 'trusted.be-hook.';

/** The mark of a boot environment. */
export const markAttribute = `${attributePrefix}environment`;

/** On the top level: the uuid of the subvolume that boots by default. */
export const activeAttribute = `${attributePrefix}active`;

/** On the top level: the UUID of the partition that holds the file of the one-shot request. */
export const oneShotAttribute = `${attributePrefix}one-shot`;

/** The mark of a snapshot of a boot environment. */
export const snapshotAttribute = `${attributePrefix}snapshot`;

/** On a volume: its clone policy. */
export const volumeAttribute = `${attributePrefix}volume`;

/** The record of the kernels of a root with a separate /boot. */
export const kernelsAttribute = `${attributePrefix}kernels`;

/** On a directory of the store: its contents are unfinished work. */
export const incompleteAttribute = `${attributePrefix}incomplete`;

/** On a subvolume, or on a directory of the store, whose deletion has begun: the uuid of the root. */
export const markedForDeletionAttribute = `${attributePrefix}doomed`;
