"""Free ports that stay free until their server starts."""

import socket


def reserve_port() -> int:
    """Return a free TCP port of 127.0.0.1 that the system gives to nobody else for about a minute.

    A finished connection leaves the port in TIME_WAIT: passed over when anyone asks for any free port, but open to a
    server that names it and sets SO_REUSEADDR, as Redis, Tornado and Go all do.
    Source: https://github.com/Yelp/ephemeral-port-reserve
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        address: tuple[str, int] = listener.getsockname()
        with socket.create_connection(address):
            accepted, _ = listener.accept()
            accepted.close()  # first, so that TIME_WAIT is on the listener's port
    return address[1]
