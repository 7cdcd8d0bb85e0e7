"""`python -m demo --port FIRST`: serve every demo site until SIGTERM or Ctrl-C.

SIGUSR1 makes one of them change, as often as `demo.living` has changes.

Prints one line of JSON, {site name: base URL}, when all of them answer. Ports are FIRST, FIRST+1 …, or any free ones.
"""

import argparse
import json
import signal
import sys
from contextlib import ExitStack

from demo import demo_sites
from demo.living import LIVING, days
from demo.server import serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="the first site's port; 0 takes any free ones")
    first = parser.parse_args().port
    # Blocked before the threads start, so that none of them takes the signal that sigwait waits for.
    awaited = {signal.SIGTERM, signal.SIGINT, signal.SIGUSR1}
    signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    sites = demo_sites()
    changes = days(next(site for site in sites if site.name == LIVING))
    with ExitStack() as stack:
        bases = {}
        for place, site in enumerate(sites):
            port = first + place if first else 0
            try:
                bases[site.name] = stack.enter_context(serve(site, port))
            except OSError as error:
                print(f"{site.name}: port {port} is taken ({error.strerror}) — give another --port", file=sys.stderr)
                return 1
        print(json.dumps(bases), flush=True)
        while signal.sigwait(awaited) == signal.SIGUSR1:
            next(changes, None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
