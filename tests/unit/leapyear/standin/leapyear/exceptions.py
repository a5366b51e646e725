"""The published exceptions that a client of the stand-in can meet; how they are related was never published."""


class ClientError(Exception):
    pass


class APIError(Exception):
    pass


class AuthenticationError(Exception):
    pass


class TokenExpiredError(Exception):
    pass


class ServerVersionMismatch(Exception):
    pass


class ConnectionError(Exception):
    pass
