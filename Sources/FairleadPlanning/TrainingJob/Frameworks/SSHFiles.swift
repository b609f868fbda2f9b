/// The files by which pods of a job reach each other over SSH as a plain user.
///
/// Nothing in them depends on what a user wrote; the program of the launcher is handed over as arguments.
enum SSHFiles {
    /// Where pods have the scripts and configurations.
    static let folder = "/fairlead/ssh"
    /// Where they have the job's key.
    static let keyFolder = "/fairlead/ssh-key"
    static let serverScript = "serve.sh"
    static let launchScript = "launch.sh"
    static let clientConfig = "ssh_config"
    private static let sessionScript = "session.sh"
    private static let serverConfig = "sshd_config"
    /// What the scripts make: ssh refuses keys that others can read, as a volume's can be.
    private static let state = "\(PodBuilder.Folder.work)/.ssh"

    /// What stands in the folder.
    static let names = [clientConfig, launchScript, serverConfig, serverScript, sessionScript]

    /// The files, by name.
    static func files(port: Int) -> [String: String] {
        [
            serverScript: server, launchScript: launch, sessionScript: session, serverConfig: server(port: port),
            clientConfig: client(port: port),
        ]
    }

    private static let prepare = """
        set -eu
        if ! id -un > /dev/null 2>&1; then
            echo "SSH needs a user with the id $(id -u) in the image's /etc/passwd" >&2
            exit 78
        fi
        mask=$(umask)
        umask 077
        mkdir -p \(state)
        cp \(keyFolder)/\(SSHKeyPair.privateKeyName) \(state)/id
        chmod 600 \(state)/id
        key=$(cat \(keyFolder)/\(SSHKeyPair.publicKeyName))
        """

    private static let server = """
        # Serves the launcher: whoever has the job's key may start processes here.
        \(prepare)
        printf '%s\\n' "$key" > \(state)/authorized_keys
        pwd > \(state)/folder
        export -p > \(state)/environment
        umask "$mask"
        sshd=$(PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v sshd) || {
            echo "the image has no sshd" >&2
            exit 127
        }
        exec "$sshd" -D -e -f \(folder)/\(serverConfig) -o "ListenAddress=$FAIRLEAD_POD_IP"

        """

    /// A session has the environment of the pod, as a process that the pod started itself would have it.
    private static let session = """
        . \(state)/environment
        cd "$(cat \(state)/folder)"
        if [ -z "${SSH_ORIGINAL_COMMAND:-}" ]; then exec "${SHELL:-sh}"; fi
        exec sh -c "$SSH_ORIGINAL_COMMAND"

        """

    /// The names of pods take a while until every server of names knows them.
    private static let launch = """
        # Runs its arguments when the hosts' names are known.
        \(prepare)
        printf '* %s\\n' "$key" > \(state)/known_hosts
        umask "$mask"
        if command -v getent > /dev/null 2>&1; then
            left=120
            while read -r host slots; do
                until getent hosts "$host" > /dev/null 2>&1 || [ "$left" -le 0 ]; do
                    left=$((left - 1))
                    sleep 1
                done
            done < /etc/mpi/hostfile
        fi
        exec "$@"

        """

    /// It says nothing of connections that end at once, which every probe of its port is.
    private static func server(port: Int) -> String {
        """
        Port \(port)
        HostKey \(state)/id
        AuthorizedKeysFile \(state)/authorized_keys
        AuthenticationMethods publickey
        PidFile none
        StrictModes no
        MaxStartups 1000
        LogLevel FATAL
        ForceCommand sh \(folder)/\(sessionScript)

        """
    }

    private static func client(port: Int) -> String {
        """
        Host *
            Port \(port)
            IdentityFile \(state)/id
            IdentitiesOnly yes
            UserKnownHostsFile \(state)/known_hosts
            StrictHostKeyChecking yes
            BatchMode yes
            LogLevel ERROR

        """
    }

    /// What prints those of some hosts that serve right now, as Horovod asks for them.
    static func discovery(_ hosts: [String], slots: Int) -> String {
        """
        #!/bin/sh
        # Prints the hosts that can be reached, each with its slots.
        for host in \(hosts.joined(separator: " ")); do
            { ssh -o ConnectTimeout=2 "$host" true > /dev/null 2>&1 < /dev/null && echo "$host:\(slots)"; } &
        done
        wait

        """
    }
}
