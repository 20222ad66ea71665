"""One message of every type, with every field set: what round trips and recorded frames are made of."""

from utterd.client.messages import (
    Accepted,
    Audio,
    Cancelled,
    ErrorCode,
    Failed,
    Finished,
    GetStatus,
    ListQueue,
    ListVoices,
    Message,
    Queue,
    Refused,
    Speak,
    Started,
    Status,
    Stop,
    Stopped,
    Voices,
)

REQUEST_ID = 42

SAMPLES: list[Message] = [
    Speak(
        text="Grüße, 世界 👋🏽\n",
        voice="af_test",
        speed=1.25,
        language="de",
        placement="now",
        destination="client",
        gain=0.5,
        on_disconnect="stop",
    ),
    Stop(utterance=7, all=True),
    ListVoices(),
    ListQueue(),
    GetStatus(),
    Accepted(utterance=2**64 - 1),
    Refused(code=ErrorCode.UNKNOWN_VOICE.value, message="no voice 'bela'; did you mean 'bella'?"),
    Stopped(utterances=[7, 8]),
    Voices(voices=[{"name": "af_test", "language": "en-us", "description": "a tester", "is_default": True}]),
    Queue(utterances=[{"id": 7, "state": "speaking", "position": 0, "characters": 5, "destination": "device"}]),
    Status(status={"version": "0.1.0", "uptime_s": 1.5, "device": {"name": None}, "stages": [], "queue": []}),
    Started(utterance=7, t_ms=41.5, audio_ms=0.0, handed_ms=30.5),
    Audio(utterance=7, pcm=bytes(range(256)), char_end=5),
    Finished(
        utterance=7,
        t_ms=1041.5,
        audio_ms=1000.0,
        underruns=1,
        dropped=[{"char_start": 3, "char_end": 4, "reason": "no spoken form"}],
    ),
    Cancelled(utterance=7, t_ms=99.0, audio_ms=50.0, reason="stopped"),
    Failed(utterance=7, t_ms=99.0, audio_ms=50.0, code="stage_crashed", message="inference died twice"),
]
