/**
 * The parts of rxjs that core uses, taken one by one: its main entry loads two hundred files, a fifth of a second that every
 * program that imports core would pay. The classes are the same, so that streams combine with anybody else's.
 *
 * @module
 */
export { lastValueFrom } from "rxjs/internal/lastValueFrom";
export { Observable } from "rxjs/internal/Observable";
export { filter } from "rxjs/internal/operators/filter";
export { tap } from "rxjs/internal/operators/tap";
