/// Parts of URLs.
enum URLLibrary {
    static let functions = [
        FunctionDeclaration(
            "url",
            .function("string_to_url", cost: .firstCharacters(1)) { (text: String) throws(EvaluationFailure) in
                guard let url = URLValue(text) else {
                    throw EvaluationFailure(
                        "URL parse error during conversion from string: parse \"\(text)\": invalid URI for request")
                }
                return url
            }),
        FunctionDeclaration(
            "isURL", .function("is_url_string", cost: .constant) { (text: String) in URLValue(text) != nil }),
        FunctionDeclaration("getScheme", .function("url_get_scheme", isMember: true) { (url: URLValue) in url.scheme }),
        FunctionDeclaration("getHost", .function("url_get_host", isMember: true) { (url: URLValue) in url.host }),
        FunctionDeclaration(
            "getHostname", .function("url_get_hostname", isMember: true) { (url: URLValue) in url.hostname }),
        FunctionDeclaration("getPort", .function("url_get_port", isMember: true) { (url: URLValue) in url.port }),
        FunctionDeclaration(
            "getEscapedPath", .function("url_get_escaped_path", isMember: true) { (url: URLValue) in url.path }),
        FunctionDeclaration(
            "getQuery",
            Overload.values("url_get_query", isMember: true, [.url], .map(.string, .list(.string))) { values in
                guard case .url(let url)? = values.first else { return .map(MapValue()) }
                return .map(MapValue(url.query.mapValues { .list($0.map { .string($0) }) }))
            }),
    ]
}
