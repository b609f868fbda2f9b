/// Programs in Python that tests of serving run: a model's server, and what asks it.
enum ServingPrograms {
    /// A server that speaks the second version of the Open Inference Protocol.
    ///
    /// Its model is a file that says what it answers, how long that takes, how much of a processor, and how often it
    /// fails.
    static let server = #"""
        import asyncio, json, os, signal, socket, time

        name = os.environ["MODEL_NAME"]
        with open(os.path.join(os.environ["MODEL_PATH"], "model.json")) as file:
            model = json.load(file)
        who, latency, start = model["who"], model.get("latency", 0), model.get("start", 0)
        # One request in so many fails.
        failing = model.get("failEvery", 0)
        # Seconds of a processor that each takes.
        work = model.get("work", 0)
        began = time.monotonic()
        asked = 0
        busy = set()
        open_connections = set()


        class Server(asyncio.Protocol):
            def connection_made(self, transport):
                self.transport = transport
                self.data = b""
                self.task = None
                open_connections.add(self)

            def connection_lost(self, _):
                open_connections.discard(self)

            def data_received(self, data):
                self.data += data
                if self.task is None or self.task.done():
                    self.task = asyncio.ensure_future(self.serve())
                    busy.add(self.task)
                    self.task.add_done_callback(busy.discard)

            async def serve(self):
                while b"\r\n\r\n" in self.data:
                    head, rest = self.data.split(b"\r\n\r\n", 1)
                    first, *lines = head.decode("latin-1").split("\r\n")
                    headers = dict(line.lower().split(": ", 1) for line in lines)
                    if headers.get("transfer-encoding") == "chunked":
                        if not rest.endswith(b"0\r\n\r\n"):
                            return
                        length = len(rest)
                    else:
                        length = int(headers.get("content-length", 0))
                    if len(rest) < length:
                        return
                    self.data = rest[length:]
                    status, value = await self.answer(*first.split(" ")[:2])
                    body = json.dumps(value).encode()
                    last = "close" if stopping else "keep-alive"
                    self.transport.write(
                        f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: {last}\r\n"
                        f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
                    if stopping:
                        return self.transport.close()

            async def answer(self, method, path):
                global asked
                if method == "GET":
                    ready = time.monotonic() - began >= start
                    return (200 if ready else 503), {"name": name, "ready": ready}
                asked += 1
                number = asked
                if number % 100 == 0:
                    print(f"asked {number} times", flush=True)
                if latency:
                    await asyncio.sleep(latency)
                done = time.process_time() + work
                while time.process_time() < done:
                    pass
                if failing and number % failing == 0:
                    return 500, {"error": f"{who} fails"}
                return 200, {"model_name": name, "outputs": [
                    {"name": "who", "datatype": "BYTES", "shape": [1], "data": [who]}]}


        async def main():
            global stopping
            stopping = False
            ended = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, ended.set)
            host = socket.gethostbyname(socket.gethostname())
            server = await loop.create_server(Server, host, int(os.environ["PORT"]), backlog=512)
            print(f"{name} {who} serves at {host}", flush=True)
            await ended.wait()
            # As servers do that end well: nothing new is taken, what is under way is answered, idle connections close.
            stopping = True
            server.close()
            for connection in list(open_connections):
                if connection.task is None or connection.task.done():
                    connection.transport.close()
            if busy:
                await asyncio.wait(busy, timeout=20)
            await asyncio.sleep(0.1)

        stopping = False
        asyncio.run(main())
        """#

    /// Asks a service at a steady rate over kept connections, and prints as JSON what came back.
    static let load = #"""
        import argparse, asyncio, collections, json, os, time, urllib.parse

        options = argparse.ArgumentParser()
        options.add_argument("url")
        options.add_argument("--seconds", type=float, default=10)
        options.add_argument("--connections", type=int, default=8)
        options.add_argument("--rate", type=float, default=200)
        options.add_argument("--count", type=int, default=10**9)
        options.add_argument("--users", type=int, default=0)
        options.add_argument("--body", default='{"inputs": []}')
        options.add_argument("--until", default="")
        options = options.parse_args()
        url = urllib.parse.urlsplit(options.url)
        body = options.body.encode()
        statuses, answers = collections.Counter(), collections.Counter()
        failures, times, met = [], [], collections.defaultdict(set)
        begin = time.monotonic()
        sent = 0


        def over():
            return (sent >= options.count or time.monotonic() - begin >= options.seconds
                    or (options.until and os.path.exists(options.until)))


        async def ask(reader, writer, number):
            user = f"x-user-id: user-{number % options.users}\r\n" if options.users else ""
            writer.write(
                f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\n{user}Content-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            status = int(head.split(" ", 2)[1])
            fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
            if fields.get("transfer-encoding") == "chunked":
                text = b""
                while size := int(await reader.readline(), 16):
                    text += (await reader.readexactly(size + 2))[:-2]
                await reader.readline()
            else:
                text = await reader.readexactly(int(fields.get("content-length", 0)))
            return status, text, fields.get("connection") == "close"


        async def connection():
            global sent
            reader = writer = None
            while not over():
                # Open loop: each request has its time.
                number, sent = sent, sent + 1
                pause = begin + number / options.rate - time.monotonic()
                if pause > 0:
                    await asyncio.sleep(pause)
                asked = time.monotonic()
                try:
                    if writer is None:
                        reader, writer = await asyncio.open_connection(url.hostname, url.port)
                    status, text, last = await asyncio.wait_for(ask(reader, writer, number), 60)
                except Exception as problem:
                    failures.append(f"{asked - begin:.2f} s: {type(problem).__name__} {problem}")
                    statuses["none"] += 1
                    if writer is not None:
                        writer.close()
                    reader = writer = None
                    continue
                times.append(time.monotonic() - asked)
                statuses[str(status)] += 1
                if status == 200:
                    try:
                        who = json.loads(text)["outputs"][0]["data"][0]
                    except (KeyError, IndexError, TypeError, ValueError):
                        who = "?"
                    answers[str(who)] += 1
                    if options.users:
                        met[number % options.users].add(str(who))
                else:
                    failures.append(f"{asked - begin:.2f} s: {status} {text[:200].decode(errors='replace')}")
                if last:
                    writer.close()
                    reader = writer = None


        async def main():
            await asyncio.gather(*(connection() for _ in range(options.connections)))
            ordered = sorted(times) or [0]
            print(json.dumps({
                "requests": sum(statuses.values()), "statuses": statuses, "answers": answers,
                "failed": len(failures), "failures": failures[:20],
                "p50": ordered[len(ordered) // 2], "p99": ordered[len(ordered) * 99 // 100], "slowest": ordered[-1],
                "usersOfSeveral": sum(1 for seen in met.values() if len(seen) > 1), "seconds": time.monotonic() - begin,
                "usersOf": collections.Counter(next(iter(seen)) for seen in met.values() if len(seen) == 1),
            }))

        asyncio.run(main())
        """#
}
