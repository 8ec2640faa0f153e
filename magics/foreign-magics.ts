const displays =
  "charts and tables are shown as what they are, without any setting; display(value) shows one";
const reloads = "local modules are loaded anew when they have changed";
const shell = "it runs any command, as %sh";

/** What does here what the magics of IPython do. */
const answers: ReadonlyMap<string, string> = new Map([
  ["%autoreload", reloads],
  ["%bash", "It is %%sh"],
  ["%cd", "A cell moves by process.chdir(folder)"],
  ["%conda", "Packages come by %npm install name"],
  ["%config", displays],
  ["%debug", "An error has its traceback; the kernel offers a debugger where the client has one"],
  ["%env", 'Variables are process.env["NAME"]; lightnix install --env sets them for good'],
  ["%help", "%lsmagic lists the magics, %realize? tells about one, and name? about a value"],
  ["%history", "The client keeps the cells that ran"],
  ["%load_ext", reloads],
  ["%ls", "It is %sh ls"],
  ["%magic", "%lsmagic lists the magics, and %realize? tells about one"],
  ["%matplotlib", displays],
  ["%memit", "process.memoryUsage() tells the memory"],
  ["%pdb", "An error has its traceback; the kernel offers a debugger where the client has one"],
  ["%pip", "Packages come by %npm install name"],
  ["%prun", "%time tells how long a statement takes"],
  ["%pwd", "It is process.cwd()"],
  ["%run", 'A module is run by await import("./file.ts"), a notebook by %sh lightnix run file.ipynb'],
  ["%system", shell],
  ["%timeit", "It is %time, which runs its statement once"],
  ["%why", "It is %explain"],
]);

/** What does the work of a magic that other kernels have, as a sentence without its point. `typed` is as in a cell: `%pip`, `%%bash`. */
export function foreignMagic(typed: string): string | undefined {
  const answer = answers.get(typed.replace(/^%%/u, "%"));
  return answer === undefined ? undefined : answer.charAt(0).toUpperCase() + answer.slice(1);
}
