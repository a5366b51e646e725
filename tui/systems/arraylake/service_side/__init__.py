"""The embedded Arraylake service: catalogue, identity provider and object store, for the demo and the tests.

It speaks what `contracts/arraylake.md` says the real service speaks, so that the vendor's own client works on it end to
end. `service.EmbeddedService` is the whole; nothing here knows a screen.
"""
