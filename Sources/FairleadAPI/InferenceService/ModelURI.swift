/// Where the files of a model may be.
enum ModelURI {
    private static let schemes = ["s3", "gs", "https", "http", "pvc", "file", "hf", "oci", "az"]

    /// Why a text is no place of a model, nil where it is one.
    static func problem(_ text: String) -> String? {
        guard !text.contains("$(") else { return "must be a URI; nothing is replaced in it" }
        if let problem = URIText.problem(text) { return problem }
        guard let end = text.firstRange(of: "://") else { return nil }
        let scheme = String(text[..<end.lowerBound])
        // Any other may be one of a Connection's.
        guard !schemes.contains(scheme), let near = NearestName.find(scheme, among: schemes) else { return nil }
        return "has the scheme \(Quoted.text(scheme)); did you mean \"\(near)://\"?"
    }
}
