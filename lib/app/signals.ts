export { keepIgnoring } from '../system/ignored-signals.ts';
