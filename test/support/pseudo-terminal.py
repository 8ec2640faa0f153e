# Runs a command in a pseudo terminal: its output goes to stdout. Lines on stdin are orders: "type TEXT" (JSON) types, "size COLUMNS ROWS" resizes.
# Usage: pseudo-terminal.py COLUMNS ROWS COMMAND...
import fcntl, json, os, pty, selectors, struct, sys, termios


def resize(master, columns, rows):
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))


columns, rows, *command = sys.argv[1:]
pid, master = pty.fork()
if pid == 0:
    # Wait for the size, or the command would see that of nothing.
    sys.stdin.readline()
    os.execvp(command[0], command)
resize(master, columns, rows)
# Without echo: what is typed is no part of what the command shows.
attributes = termios.tcgetattr(master)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(master, termios.TCSANOW, attributes)
os.write(master, b"\n")
selector = selectors.DefaultSelector()
selector.register(master, selectors.EVENT_READ)
selector.register(0, selectors.EVENT_READ)
waiting = b""
while True:
    for key, _ in selector.select():
        if key.fd == master:
            try:
                output = os.read(master, 65536)
            except OSError:
                output = b""
            if not output:
                sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)
            os.write(1, output)
        else:
            orders = os.read(0, 65536)
            if not orders:
                selector.unregister(0)
            *whole, waiting = (waiting + orders).split(b"\n")
            for order in whole:
                word, rest = order.decode().split(" ", 1)
                if word == "size":
                    resize(master, *rest.split())
                else:
                    os.write(master, json.loads(rest).encode())
