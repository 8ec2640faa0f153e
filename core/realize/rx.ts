/**
 * The parts of rxjs that core uses, taken one by one: the build puts them inside (see build.mjs), and its main entry would
 * bring two hundred files. Streams of these classes combine with those of anybody else's copy, as rxjs tells by what a value
 * can do and not by its class.
 *
 * @module
 */
export { lastValueFrom } from "rxjs/internal/lastValueFrom";
export { Observable } from "rxjs/internal/Observable";
export { filter } from "rxjs/internal/operators/filter";
export { tap } from "rxjs/internal/operators/tap";
