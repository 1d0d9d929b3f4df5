/** A file as the fake Slack has it. */
export interface Uploaded {
  id: string;
  name: string;
  /** Bytes that were announced. */
  length: number;
  content?: string | undefined;
  /** Of a picture. */
  bytes?: Buffer | undefined;
  alt?: string | undefined;
  mediaType?: string | undefined;
  /** Where it is seen; nobody sees it before. */
  channel?: string | undefined;
  thread?: string | undefined;
}

/** Files on their way through the three steps of an upload. */
export function createFiles() {
  const files: Uploaded[] = [];
  return {
    files,
    announce(name: string, length: number, alt?: string): Uploaded {
      const added: Uploaded = {
        id: `F0${files.length + 1}`,
        name,
        length,
        ...(alt !== undefined && { alt }),
      };
      files.push(added);
      return added;
    },
    /** Takes the bytes; false when there is no such address or the length is another one. */
    receive(path: string, bytes: Buffer, mediaType: string): boolean {
      const file = files.find(({ id }) => path === `/upload/${id}`);
      if (file === undefined || bytes.length !== file.length) return false;
      file.content = bytes.toString();
      if (mediaType.startsWith("image/")) file.bytes = bytes;
      file.mediaType = mediaType;
      return true;
    },
    /** Shows the files in the channel; false when one of them is not there yet. */
    complete(ids: readonly string[], channel: string, thread?: string): boolean {
      const found = files.filter(({ id, content }) => ids.includes(id) && content !== undefined);
      if (found.length < ids.length) return false;
      for (const file of found) {
        file.channel = channel;
        if (thread !== undefined) file.thread = thread;
      }
      return true;
    },
  };
}
