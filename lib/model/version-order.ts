/**
 * Compares two version strings as rpm does (rpmvercmp, rpm's docs/manual/dependencies "Versioning"): segments of digits
 * or letters, digits beat letters, `~` sorts before the end, `^` just after it. Returns a negative number if `a` is
 * older, a positive one if it is newer, 0 if rpm calls them equal.
 */
export function compareVersions(a: string, b: string): number {
  let [restA, restB] = [a, b];
  while (restA !== '' || restB !== '') {
    restA = restA.replace(/^[^A-Za-z0-9~^]+/, '');
    restB = restB.replace(/^[^A-Za-z0-9~^]+/, '');
    const special = compareSpecial(restA, restB);
    if (special === 'both') {
      [restA, restB] = [restA.slice(1), restB.slice(1)];
      continue;
    }
    if (special !== 'none') return special;
    if (restA === '' || restB === '') break;
    const pattern = /^[0-9]/.test(restA) ? /^[0-9]+/ : /^[A-Za-z]+/;
    const segmentA = pattern.exec(restA)?.[0] ?? '';
    const segmentB = pattern.exec(restB)?.[0] ?? '';
    if (segmentB === '') return /^[0-9]/.test(restA) ? 1 : -1;
    const order = compareSegments(segmentA, segmentB);
    if (order !== 0) return order;
    [restA, restB] = [restA.slice(segmentA.length), restB.slice(segmentB.length)];
  }
  return Math.sign(restA.length - restB.length);
}

function compareSpecial(a: string, b: string): number | 'both' | 'none' {
  const [headA, headB] = [a.charAt(0), b.charAt(0)];
  if (headA === '~' || headB === '~') {
    if (headA === headB) return 'both';
    return headA === '~' ? -1 : 1;
  }
  if (headA === '^' || headB === '^') {
    if (headA === headB) return 'both';
    if (a === '') return -1;
    if (b === '') return 1;
    return headA === '^' ? -1 : 1;
  }
  return 'none';
}

function compareSegments(a: string, b: string): number {
  if (/^[0-9]/.test(a)) {
    const [digitsA, digitsB] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
    if (digitsA.length !== digitsB.length) return digitsA.length - digitsB.length;
    return compareText(digitsA, digitsB);
  }
  return compareText(a, b);
}

/** Orders two strings by code unit: the result does not depend on the locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
