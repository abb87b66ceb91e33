"""The mail server of the tests as a process: says its port; a line asks it for its letters."""

import pickle
import sys
from pathlib import Path

from tests.notifications.sink import running_sink

if __name__ == "__main__":
    with running_sink() as sink:
        print(sink.port, flush=True)
        for _line in sys.stdin:
            Path(sys.argv[1]).write_bytes(pickle.dumps(sink.raw))
            print("kept", flush=True)
