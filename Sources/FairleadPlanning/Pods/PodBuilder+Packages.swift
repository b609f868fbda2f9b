import FairleadAPI
import KubernetesCore

extension PodBuilder {
    /// The init container that makes a virtual environment, which the program then finds first; nil without packages.
    func packages(_ draft: inout PodDraft, _ main: inout JSONValue) -> JSONValue? {
        guard let packages = draft.container.packages, !packages.list.isEmpty || packages.file != nil else {
            return nil
        }
        let venv = "\(Folder.packages)/venv"
        draft.volumes.add(name: "packages", ["emptyDir": [:]], at: Folder.packages)
        main.addEnvironment("VIRTUAL_ENV", .string(venv))
        main.addEnvironment(
            "PATH", .string("\(venv)/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))

        var arguments = packages.list
        var container: JSONValue = [
            "name": "packages", "image": .string(draft.container.image ?? ""),
            "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": ["allowPrivilegeEscalation": false, "capabilities": ["drop": ["ALL"]]],
        ]
        var environment: [JSONValue] = []
        var mounts = [VolumeList.mount("packages", at: Folder.packages)]
        if let file = packages.file {
            arguments += ["-r", file]
            container["workingDir"] = .string(draft.workingDirectory)
            mounts.append(VolumeList.mount("work", at: Folder.work))
        } else {
            let list = JSONWriter.string(.array(packages.list.map { .string($0) }))
            environment.append(["name": "FAIRLEAD_PACKAGES", "value": .string(list.doublingDollars)])
        }
        environment.append(["name": "HOME", "value": .string(Folder.packages)])
        environment += index(packages.index ?? draft.profile?.spec.packages?.index)
        // The requirements are arguments of their own, never text in a shell's program.
        let install = #"python -m venv --system-site-packages "$0" && exec "$0/bin/pip" install --no-input "$@""#
        container["command"] = .array((["sh", "-ec", install, venv] + arguments).map { .string($0.doublingDollars) })
        container["env"] = .array(environment)
        container["volumeMounts"] = .array(mounts)
        return container
    }

    /// Where pip looks: the index, with the user and password of the Connection that leads to it.
    private func index(_ index: String?) -> [JSONValue] {
        guard let index else { return [] }
        var variables: [JSONValue] = []
        var url = index.doublingDollars
        let parts = index.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        if let secret = settings.platform.link(to: index, where: { $0 == .pypi })?.spec.secret, parts.count == 3 {
            variables = [
                .secretVariable("FAIRLEAD_PYPI_USERNAME", secret: secret, key: "username"),
                .secretVariable("FAIRLEAD_PYPI_PASSWORD", secret: secret, key: "password"),
            ]
            let place = String(parts[2]).doublingDollars
            url = "\(parts[0])//$(FAIRLEAD_PYPI_USERNAME):$(FAIRLEAD_PYPI_PASSWORD)@\(place)"
        }
        for name in ["FAIRLEAD_PACKAGES_INDEX", "PIP_INDEX_URL"] {
            variables.append(["name": .string(name), "value": .string(url)])
        }
        return variables
    }
}

extension JSONValue {
    /// Appends a variable to a container's environment.
    mutating func addEnvironment(_ name: String, _ value: JSONValue) {
        var environment = self["env"]?.arrayValue ?? []
        environment.append(["name": .string(name), "value": value])
        self["env"] = .array(environment)
    }
}
