"""Drives the echo kernel with jupyter_client and has jupyter_kernel_test examine it. Prints what is wrong and exits with 1."""

import sys
import time
import unittest

import jupyter_kernel_test
from jupyter_client.manager import start_new_kernel


class EchoKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "echo"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "print hello, world"
    code_stderr = "warn oh"
    completion_samples = [{"text": "pri", "matches": {"print"}}]
    complete_code_samples = ["print a"]
    incomplete_code_samples = ["print \\"]
    invalid_code_samples = ["!"]
    code_page_something = "page of text"
    code_generate_error = "fail it"
    code_execute_result = [
        {"code": "result 1", "result": "1"},
        {"code": "result 2", "result": "2"},
        {"code": "result 3", "result": "3"},
    ]
    code_display_data = [{"code": "display d", "mime": "text/plain"}]
    code_history_pattern = "res?lt 1*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "print"
    code_clear_output = "clear wait"

    def test_interrupt_leaves_the_kernel_alive(self):
        self.flush_channels()
        msg_id = self.kc.execute("hang")
        while self.kc.get_iopub_msg(timeout=60)["msg_type"] != "execute_input":
            pass
        self.km.interrupt_kernel()
        reply = self.kc.get_shell_msg(timeout=60)
        self.assertEqual(reply["parent_header"]["msg_id"], msg_id)
        self.assertEqual(reply["content"]["ename"], "Interrupted")

    def test_stdin(self):
        self.flush_channels()
        reply = self.kc.execute_interactive(
            "ask name? ",
            allow_stdin=True,
            stdin_hook=lambda _message: self.kc.input("Ada"),
            output_hook=lambda _message: None,
            timeout=60,
        )
        self.assertEqual(reply["content"]["status"], "ok")

    def test_large_messages(self):
        self.flush_channels()
        size = 100_000_000
        self.kc.shell_channel.send(
            self.kc.session.msg("comm_open", {"comm_id": "big", "target_name": "echo", "data": {}})
        )
        message = self.kc.session.msg("comm_msg", {"comm_id": "big", "data": {}})
        self.kc.session.send(self.kc.shell_channel.socket, message, buffers=[bytes(size)])
        while True:
            echo = self.kc.get_iopub_msg(timeout=60)
            if echo["msg_type"] == "comm_msg" and echo["parent_header"].get("msg_id") == message["msg_id"]:
                break
        self.assertEqual(len(echo["buffers"][0]), size)

    def test_heartbeat(self):
        self.kc.hb_channel.unpause()
        # It says so until it has found out otherwise, after a second; on a busy machine a single beat may be late.
        time.sleep(1.5)
        deadline = time.time() + 60
        while not self.kc.hb_channel.is_beating() and time.time() < deadline:
            time.sleep(0.1)
        self.assertTrue(self.kc.hb_channel.is_beating())


def shutdown_is_replied_to_and_ends_the_process():
    for restart in (False, True):
        manager, client = start_new_kernel(kernel_name="echo")
        message = client.session.msg("shutdown_request", {"restart": restart})
        client.control_channel.send(message)
        reply = client.get_control_msg(timeout=60)
        assert reply["content"] == {"status": "ok", "restart": restart}, reply
        deadline = time.time() + 60
        while manager.is_alive() and time.time() < deadline:
            time.sleep(0.01)
        assert not manager.is_alive(), "the process did not end"
        client.stop_channels()
        manager.cleanup_resources()


if __name__ == "__main__":
    shutdown_is_replied_to_and_ends_the_process()
    unittest.main(verbosity=1, argv=sys.argv[:1])
