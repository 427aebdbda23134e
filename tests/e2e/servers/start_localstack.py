"""LocalStack listens on every address whatever GATEWAY_LISTEN says; this one
on 127.0.0.1 alone."""

from twisted.internet import endpoints

Endpoint = endpoints.TCP4ServerEndpoint


def local(reactor, port, **options):
    return Endpoint(reactor, port, **{**options, "interface": "127.0.0.1"})


endpoints.TCP4ServerEndpoint = local

from localstack.runtime.main import main  # noqa: E402, uses what is above

main()
