"""The loop of the bridge's process."""

from __future__ import annotations

import json
import os
import sys

from .people import People
from .refused import Refused, refusal_of, unsupported


def main() -> None:
    """Answer one line of the standard input after another, until it ends."""
    # What the package prints must not get among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if worker is None:
                worker = People()
            operation = request["operation"]
            work = None if operation.startswith("_") else getattr(worker, operation, None)
            if work is None:
                raise unsupported(operation)
            reply = {"ok": work(request["names"], request["query"], request["body"])}
        except Refused as refused:
            reply = {"refused": refused.document}
        except Exception as error:
            reply = {"refused": refusal_of(error).document}
        answers.write(json.dumps(reply) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
