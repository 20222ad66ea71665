from utterd.client.bridges.speech_dispatcher.protocol import BLOCKS, Block, Command, CommandReader

SPEAK = b"SPEAK\n<speak>Hello.</speak>\n.\n"


def read(*pieces: bytes) -> list[Command | Block]:
    reader = CommandReader()
    return [item for piece in pieces for item in reader.feed(piece)]


class TestCommandReader:
    def test_a_command_is_its_line(self):
        assert read(b"INIT\nSTOP\n") == [Command(name="INIT"), Command(name="STOP")]

    def test_what_follows_the_name_is_its_arguments(self):
        assert read(b"DEBUG ON /tmp/x\n") == [Command(name="DEBUG", arguments="ON /tmp/x")]

    def test_a_message_comes_twice_to_be_answered_and_with_its_lines(self):
        assert read(SPEAK) == [Command(name="SPEAK"), Block(name="SPEAK", lines=("<speak>Hello.</speak>",))]

    def test_any_cut_gives_the_same(self):
        whole = read(SPEAK + b"STOP\n")
        for cut in range(len(SPEAK)):
            assert read(SPEAK[:cut], SPEAK[cut:] + b"STOP\n") == whole

    def test_a_doubled_dot_is_a_dot_and_no_end(self):
        assert read(b"SPEAK\n..\n..x\n.\n")[1] == Block(name="SPEAK", lines=(".", ".x"))

    def test_lines_of_a_message_are_no_commands(self):
        assert read(b"CHAR\nSTOP\n.\n") == [Command(name="CHAR"), Block(name="CHAR", lines=("STOP",))]

    def test_what_is_no_utf_8_is_read_nevertheless(self):
        assert read(b"KEY\n\xff\n.\n")[1] == Block(name="KEY", lines=("\ufffd",))

    def test_every_command_that_has_lines_is_answered_before_they_come(self):
        for name, answer in BLOCKS.items():
            assert read(f"{name}\n".encode()) == [Command(name=name)]
            assert answer.startswith("20")
