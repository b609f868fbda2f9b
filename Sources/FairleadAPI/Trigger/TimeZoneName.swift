public import Foundation

/// Names of the IANA time zone database.
public enum TimeZoneName {
    /// The zone of that name, nil where there is none.
    ///
    /// Other than Foundation it takes neither abbreviations (`PST`) nor offsets (`GMT+2`): the first are ambiguous, the
    /// second no zones.
    public static func find(_ name: String) -> TimeZone? {
        guard name.utf8.count <= 64, name.contains("/") || single.contains(name) else { return nil }
        return TimeZone(identifier: name)
    }

    /// Why a text is no name of a zone, nil where it is one.
    static func problem(_ name: String) -> String? {
        guard find(name) == nil else { return nil }
        let known = TimeZone.knownTimeZoneIdentifiers + ["UTC"]
        let wanted = name.lowercased().replacing(" ", with: "_")
        let city = known.first { $0.lowercased().hasSuffix("/\(wanted)") }
        let meant = city ?? TimeZone.abbreviationDictionary[name.uppercased()]
        let suggestion = meant.map { "; did you mean \"\($0)\"?" } ?? NearestName.suggestion(name, among: known)
        return "unknown time zone \(Quoted.text(name))\(suggestion)"
    }

    /// The database's names without a region.
    private static let single: Set<String> = [
        "CET", "CST6CDT", "Cuba", "EET", "EST", "EST5EDT", "Egypt", "Eire", "GB", "GMT", "Greenwich", "HST", "Hongkong",
        "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "MET", "MST", "MST7MDT", "NZ", "Navajo",
        "PRC", "PST8PDT", "Poland", "Portugal", "ROC", "ROK", "Singapore", "Turkey", "UCT", "UTC", "Universal", "W-SU",
        "WET", "Zulu",
    ]
}
