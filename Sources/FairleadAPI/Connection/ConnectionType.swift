/// What a Connection leads to: storage systems as rclone spells their types, and what else has an address and a key.
public enum ConnectionType: String, NamedValue {
    case s3, gcs, gs, azureblob, azurefiles, b2, box, drive, dropbox, fichier, filefabric, filescom, ftp, hdfs, hidrive
    case http, internetarchive, jottacloud, koofr, linkbox, mailru, mega, netstorage, onedrive, opendrive
    case oracleobjectstorage, pcloud, pikpak, pixeldrain, premiumizeme, protondrive, putio, qingstor, quatrix, seafile
    case sftp, sharefile, sia, smb, storj, sugarsync, swift, ulozto, uptobox, webdav, yandex, zoho
    case git, registry, pypi
    /// Models and data sets of Hugging Face.
    case huggingFace = "hf"

    /// Whether rclone reads and writes it.
    public var isStorage: Bool {
        switch self {
        case .git, .registry, .pypi, .huggingFace: false
        default: true
        }
    }
}
