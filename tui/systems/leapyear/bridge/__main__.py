"""The bridge as a program, `python -m tui.systems.leapyear.bridge`: says where it is, runs until stopped."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from tui.systems.leapyear.options import TOKEN_VARIABLE, check_url


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tui.systems.leapyear.bridge", description=__doc__)
    parser.add_argument("--url", required=True, help="the LeapYear server, such as https://ly-server:4401")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has the package leapyear")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--compute-backend", default="", help="what the server computes with, such as snowflake")
    parser.add_argument("--no-analysis-caching", action="store_true", help="do not answer analyses from the cache")
    parser.add_argument("--no-max-budget", action="store_true", help="do not let a small computation spend all")
    parser.add_argument("--use-token", action="store_true", help="act as the LY_JWT of the environment, and print ours")
    options = parser.parse_args(arguments)
    if options.use_token and not os.environ.get(TOKEN_VARIABLE):
        parser.error(f"--use-token needs {TOKEN_VARIABLE}")
    from tui.services.serving.program import run
    from tui.systems.leapyear.bridge.backend import VendorBackend
    from tui.systems.leapyear.errors import InvalidURL
    from tui.systems.leapyear.service_side.refusal import Refusal
    from tui.systems.leapyear.service_side.service import Service

    flags = {
        "default_analysis_caching": not options.no_analysis_caching,
        "default_allow_max_budget_allocation": not options.no_max_budget,
    }
    credentials: dict[str, str] = {}

    def make() -> Service[VendorBackend]:
        url = check_url(options.url)
        backend = VendorBackend(url, options.python, compute_backend=options.compute_backend, flags=flags)
        service = Service(backend, port=options.port)
        if options.use_token:
            credentials["token"] = backend.begin_by_token()
        return service

    def ready(service: Service[VendorBackend]) -> dict[str, Any]:
        profile = {"name": "bridge", "system": "leapyear", "uri": service.uri}
        return {"profile": profile, "ports": service.ports, "credentials": credentials}

    return run(make, ready, (Refusal, InvalidURL, OSError, OverflowError))


if __name__ == "__main__":
    sys.exit(main())
