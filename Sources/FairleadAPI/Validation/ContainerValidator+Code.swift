extension ContainerValidator {
    mutating func validateCode(_ code: CodeSource, _ path: FieldPath) {
        switch (code.git, code.uri) {
        case (let git?, nil):
            // A leading hyphen would be an option to git.
            if git.isEmpty || git.hasPrefix("-") || git.contains(where: \.isWhitespace) {
                add(
                    path["git"],
                    "must be a repository such as https://git.example.com/team/code, not \(Quoted.text(git))")
            }
            if let ref = code.ref, ref.isEmpty || ref.hasPrefix("-") || ref.contains(where: \.isWhitespace) {
                add(path["ref"], "must be a branch, a tag or a commit, not \(Quoted.text(ref))")
            }
        case (nil, let uri?):
            if let problem = URIText.problem(uri) { add(path["uri"], problem) }
            if code.ref != nil { add(path["ref"], "stands only beside git") }
        default: add(path, "needs exactly one of git, uri")
        }
        if let folder = code.path, let problem = URIText.folderProblem(folder) { add(path["path"], problem) }
    }

    mutating func validateCheckpoint(_ checkpoint: CheckpointSpec, _ path: FieldPath) {
        if let problem = checkpoint.uri.flatMap({ URIText.problem($0) }) { add(path["uri"], problem) }
        if checkpoint.every?.duration == .zero { add(path["every"], "must be longer than 0") }
        if let keep = checkpoint.keep, keep < 1 || keep > limits.checkpoints {
            add(path["keep"], "must be from 1 to \(limits.checkpoints), not \(keep)")
        }
    }

    mutating func validatePackages(_ packages: Packages, _ path: FieldPath) {
        for (index, package) in packages.list.enumerated()
        where package.allSatisfy(\.isWhitespace) || package.hasPrefix("-") || package.contains("\n") {
            add(path[index], "must be a requirement such as scikit-learn==1.5.2, not \(Quoted.text(package))")
        }
        if let file = packages.file, let problem = URIText.folderProblem(file) { add(path["file"], problem) }
        if let index = packages.index, let problem = URIText.problem(index) { add(path["index"], problem) }
    }
}
