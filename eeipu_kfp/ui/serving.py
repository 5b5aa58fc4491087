"""Serving the page on this machine until it is interrupted."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
from collections.abc import Callable

from aiohttp import web

from eeipu_kfp.errors import EeipuError, InvalidValueError
from eeipu_kfp.ui.application import Application
from eeipu_kfp.ui.source import Source

_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


class ServingError(EeipuError):
    """The page cannot be served at an address."""


def serve(source: Source, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve the page until the process is interrupted.

    Args:
        source: What it shows.
        host: The address or name to listen at.
        port: The port; 0 for any that is free.
        ready: Is called with the page's address once it is served.

    Raises:
        ServingError: The address is taken, or is none of this machine.
    """
    asyncio.run(_serve(source, host, port, ready))


async def _serve(source: Source, host: str, port: int, ready: Callable[[str], None]) -> None:
    application = Application(source).make(hosts=hosts_of(host))
    runner = web.AppRunner(application, handle_signals=False, access_log=None)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        ready(_address(runner, host))
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise refusal(error, host, port) from error


def refusal(error: OSError, host: str, port: int) -> ServingError:
    """Return why the page cannot be served at an address, with what to do about it."""
    if error.errno == errno.EADDRINUSE:
        message = f"port {port} of {host} is taken by another program"
        hint = f"stop that one, or take another: `--port {port + 1}`, or `--port 0` for any"
    elif error.errno == errno.EACCES:
        message = f"this user may not listen at port {port} of {host}"
        hint = "take a port from 1024 on with `--port`"
    else:
        message = f"cannot listen at {host}, port {port}: {error.strerror or error}"
        hint = "name an address of this machine with `--host`"
    return ServingError(message, hint=hint)


def hosts_of(host: str) -> tuple[str, ...]:
    """Return the names that the page answers to when it listens at an address.

    On this machine alone it answers to no other name, so that no page of elsewhere can read it by
    having its own name mean this machine.
    """
    if host == "localhost" or _is_loopback(host):
        return tuple(dict.fromkeys((host, *_LOOPBACK_NAMES)))
    return ()


def checked_url(url: str) -> str:
    """Return the address that links to runs begin with.

    Raises:
        InvalidValueError: It is no address of a web page.
    """
    if url and not url.startswith(("http://", "https://")):
        message = f"`{url}` is no address of a web page"
        raise InvalidValueError(message, hint="write it with http:// or https://")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _address(runner: web.AppRunner, host: str) -> str:
    port = runner.addresses[0][1]
    named = f"[{host}]" if ":" in host else host
    return f"http://{named}:{port}/"
