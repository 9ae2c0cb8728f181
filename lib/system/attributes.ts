/**
 * Our extended attributes. All are `trusted.` ones, which only root can set and see: a user who can create subvolumes
 * must never get one of hers into the boot menu.
 */
export const attributePrefix = 'trusted.be-hook.';

/** The mark of a boot environment. */
export const markAttribute = `${attributePrefix}environment`;

/** On the top level: uuid of the subvolume that boots by default. */
export const activeAttribute = `${attributePrefix}active`;

/** On the top level: UUID of the partition with the file by which an environment is booted once. */
export const oneShotAttribute = `${attributePrefix}one-shot`;

/** The mark of a snapshot of a boot environment. */
export const snapshotAttribute = `${attributePrefix}snapshot`;

/** On a volume: what becomes of it when a boot environment that mounts it is cloned. */
export const volumeAttribute = `${attributePrefix}volume`;

/** On a directory of the depot: what is in it is not finished. */
export const incompleteAttribute = `${attributePrefix}incomplete`;

/** On a subvolume, or on a directory of the depot, whose deletion has begun: the uuid of the root. */
export const doomedAttribute = `${attributePrefix}doomed`;
