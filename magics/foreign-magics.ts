const displays =
  "Charts and tables are shown as what they are, without any setting; display(value) shows one. Leave the line out";
const reloads = "Local modules are loaded anew when they have changed, always. Leave the line out";
const packages = "Packages come by %npm install name";
const debugging =
  "An error has its traceback; the kernel offers a debugger where the client has one. name?? shows a source";
const history = "%history shows the cells that ran, and In[3] is the text of cell [3]";
const memory = "process.memoryUsage() tells the memory";
const profile = "%timeit and %time tell how long something takes";
const python = "Cells are TypeScript. %sh python3 file.py runs Python";
const shell = "A command of the shell is %sh command";

/** What does here what the magics of IPython do, those with one percent sign and with two. */
const answers: ReadonlyMap<string, string> = new Map([
  ["%aimport", reloads],
  ["%alias", shell],
  ["%autoreload", reloads],
  ["%bash", "It is %%sh"],
  [
    "%capture",
    "%%stage keeps what its realizer prints, and %log shows it; clearOutput() takes back what a cell showed",
  ],
  ["%conda", packages],
  ["%config", displays],
  ["%debug", debugging],
  ["%file", "It is %%writefile"],
  ["%help", "%lsmagic lists the magics, %realize? tells about one, and name? about a value"],
  ["%js", "It is %%javascript"],
  ["%load", 'Cells import a module: import { name } from "./file.ts"'],
  ["%load_ext", reloads],
  ["%lprun", profile],
  ["%ls", "It is %sh ls"],
  ["%magic", "%lsmagic lists the magics, and %realize? tells about one"],
  ["%mamba", packages],
  ["%matplotlib", displays],
  ["%memit", memory],
  ["%mkdir", "It is %sh mkdir"],
  ["%pdb", debugging],
  ["%pinfo", "It is name?"],
  ["%pinfo2", "It is name??"],
  ["%pip", packages],
  ["%precision", "display.text(value.toFixed(3)) shows a number as it is to be"],
  ["%prun", profile],
  ["%psource", "It is name??"],
  ["%pylab", displays],
  ["%python", python],
  ["%python3", python],
  ["%recall", history],
  ["%reload_ext", reloads],
  ["%rerun", history],
  ["%reset_selective", "It is %reset name"],
  ["%run", 'A module is run by await import("./file.ts"), a notebook by %sh lightnix run file.ipynb'],
  ["%save", "It is %%writefile file, above what is to be saved"],
  ["%script", "It is %%sh"],
  ["%set_env", "It is %env NAME=value"],
  ["%system", shell],
  ["%tb", debugging],
  ["%who_ls", "It is %who"],
  ["%why", "It is %explain"],
  ["%xdel", "It is %reset name"],
]);

/** What does the work of a magic that other kernels have, as a sentence without its point. `typed` is as in a cell: `%pip`, `%%bash`. */
export function foreignMagic(typed: string): string | undefined {
  return answers.get(typed.replace(/^%%/u, "%"));
}
