"""Where things are kept on this machine: settings, profiles, credentials, folders."""
