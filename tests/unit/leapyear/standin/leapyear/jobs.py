"""AsyncJob and AsyncJobInformation are known by name; what they have was never published, so these have nothing."""


class AsyncJob:
    pass


class AsyncJobInformation:
    pass
