/// The program that makes Python's virtual environments.
///
/// Guarantees: an environment is made once, however many ask at the same time; one without its marker is made anew,
/// so that a crash half way never leaves a broken one in use; `LINK` points to a whole one or does not exist.
enum PythonRecipe {
    /// Called as `python3 - LINK FOLDER REQUIREMENTS INDEX MESSAGE`: the key is the SHA-256 of Python's version and
    /// place, the sorted requirements and the index.
    static let source = #"""
        import fcntl, hashlib, json, os, shutil, subprocess, sys

        link, folder, requirements, index, message = sys.argv[1:6]
        requirements = sorted(json.loads(requirements or "[]"))
        python = os.path.realpath(sys.executable)
        identity = json.dumps([sys.version, python, requirements, index, folder])
        path = os.path.join(folder, hashlib.sha256(identity.encode()).hexdigest()[:32])
        marker = os.path.join(path, ".complete")

        def say(text):
            print(text, flush=True)

        def run(command):
            tail = []
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
            for line in process.stdout:
                say(line.rstrip("\n"))
                tail = (tail + [line])[-20:]
            if process.wait() != 0:
                raise RuntimeError("".join(tail).strip() or "exit code %d" % process.returncode)

        def build():
            shutil.rmtree(path, ignore_errors=True)
            say("making a virtual environment of Python " + sys.version.split()[0])
            run([python, "-m", "venv", path])
            if requirements:
                install = [os.path.join(path, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
                run(install + (["--index-url", index] if index else []) + ["--"] + requirements)
            # The marker must not reach the disk before what it vouches for.
            os.sync()
            with open(marker, "w") as file:
                os.fsync(file.fileno())

        try:
            os.makedirs(folder, exist_ok=True)
            with open(path + ".lock", "w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    say("waiting for the same environment, which is being made")
                    fcntl.flock(lock, fcntl.LOCK_EX)
                if os.path.exists(marker):
                    say("using the environment that is there")
                else:
                    build()
            aside = "%s.%d" % (link, os.getpid())
            os.symlink(path, aside)
            os.replace(aside, link)
        except Exception as error:
            if message:
                with open(message, "w") as file:
                    file.write(str(error)[-3000:])
            say("failed: " + str(error).splitlines()[-1] if str(error) else "failed")
            sys.exit(1)
        """#
}
