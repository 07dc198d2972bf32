/** Tomcat: a web server in Java, with files and a small web application: a poller, and a pool of threads that each serve a request. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { JAVA, JAVA_PACKAGES, hookJars, launchJava } from '../jvm.js';
import type { Server } from '../server.js';

const jar = (name: string) => `/usr/share/java/tomcat10-${name}.jar`;
const SERVLETS = jar('servlet-api');
const HOOKED = ['catalina', 'coyote', 'util', 'util-scan', 'api', 'juli'].map(jar);
const AS_THEY_ARE = ['servlet-api', 'annotations-api', 'jaspic-api', 'jni', 'el-api', 'jsp-api'].map(jar);

/** Files by folder: how many, and how many bytes each has. */
const FILES = { small: [40, 700], medium: [20, 20_000], large: [5, 300_000] } as const;
const NOTES = 60;
/** A few less than there are clients, so that some wait. */
const THREADS = 6;

export const server: Server = {
  name: 'tomcat',
  buildPackages: ['libtomcat10-java', ...JAVA_PACKAGES],
  build: [
    `javac -cp ${SERVLETS} -d $PREFIX/notes $LAB_JAVA/notes/notes/*.java; jar --create --file $PREFIX/notes.jar -C $PREFIX/notes .`,
    ...hookJars(
      ['org.apache.catalina', 'org.apache.coyote', 'org.apache.tomcat', 'org.apache.juli', 'notes'],
      [...HOOKED, '$PREFIX/notes.jar'],
      [SERVLETS],
    ),
  ],
  ...JAVA,
  shape: 'Web server in Java with files and a web application: a poller, and a thread a request out of a pool',
  concurrent: true,
  processesComeAndGo: false,
  settleMs: 6000,
  async launch(place) {
    const { folder, prefix, port } = place;
    await writeSite(folder);
    const configuration = path.join(folder, 'conf');
    await mkdir(configuration, { recursive: true });
    await Promise.all([
      writeFile(path.join(configuration, 'server.xml'), serverXml(folder, port)),
      writeFile(path.join(configuration, 'web.xml'), WEB_XML),
      writeFile(path.join(configuration, 'catalina.properties'), 'common.loader=\nserver.loader=\nshared.loader=\n'),
    ]);
    return launchJava(place, {
      classPath: [
        ...[...HOOKED.map((j) => path.basename(j)), 'notes.jar'].map((j) => `${prefix}/lib/${j}`),
        ...AS_THEY_ARE,
      ],
      main: 'org.apache.catalina.startup.Bootstrap',
      options: [`-Dcatalina.home=${folder}`, `-Dcatalina.base=${folder}`, `-Djava.io.tmpdir=${folder}`],
      arguments: ['start'],
    });
  },
  load: {
    protocol: 'http',
    clients: 8,
    idle: 0,
    thinkMs: 80,
    mixes: [
      {
        'get /small/#40.txt': 24,
        'get /medium/#20.txt': 14,
        'get /medium/#20.txt gzip': 6,
        'get /large/#5.txt': 4,
        'head /small/#40.txt': 5,
        'get /small/': 4,
        'get /none/#100 status=404': 6,
        [`get /notes/#${NOTES}`]: 18,
        [`post /notes/#${NOTES}`]: 12,
        'get /notes/': 4,
        'get /notes/visit': 6,
      },
      {
        'get /small/#40.txt': 14,
        'get /medium/#20.txt': 18,
        'get /medium/#20.txt gzip': 12,
        'get /large/#5.txt': 6,
        'head /small/#40.txt': 8,
        'get /small/': 3,
        'get /none/#100 status=404': 4,
        [`get /notes/#${NOTES}`]: 10,
        [`post /notes/#${NOTES}`]: 18,
        'get /notes/': 6,
        'get /notes/visit': 8,
      },
      {
        'get /small/#40.txt': 34,
        'get /medium/#20.txt': 6,
        'get /medium/#20.txt gzip': 3,
        'get /large/#5.txt': 2,
        'head /small/#40.txt': 3,
        'get /small/': 6,
        'get /none/#100 status=404': 10,
        [`get /notes/#${NOTES}`]: 26,
        [`post /notes/#${NOTES}`]: 6,
        'get /notes/': 2,
        'get /notes/visit': 4,
      },
    ],
    burst: ['get /notes/', 'get /large/#5.txt gzip', 'get /large/', `post /notes/#${NOTES}`],
  },
  controls: ['load-doubled', 'cpu-starved', 'admin-burst', 'mix-changed', 'quiet', 'quieter'],
};

/** Files at the root, and the web application with the notes that are there from the beginning. */
async function writeSite(folder: string): Promise<void> {
  for (const [name, [count, bytes]] of Object.entries(FILES)) {
    await mkdir(path.join(folder, 'files', name), { recursive: true });
    for (let i = 0; i < count; i++)
      await writeFile(path.join(folder, 'files', name, `${i}.txt`), 'x'.repeat(bytes + i));
  }
  await mkdir(path.join(folder, 'data'), { recursive: true });
  for (let i = 0; i < NOTES; i++) await writeFile(path.join(folder, 'data', `${i}.txt`), 'x'.repeat(100 + 50 * i));
  const about = path.join(folder, 'notes', 'WEB-INF');
  await mkdir(about, { recursive: true });
  await writeFile(path.join(about, 'web.xml'), notesXml(path.join(folder, 'data')));
}

/** Jars of the class path are not looked through for annotations: starting takes long enough. */
function serverXml(folder: string, port: number): string {
  const context = (name: string, at: string) =>
    `<Context path="${name}" docBase="${folder}/${at}">
          <JarScanner scanClassPath="false" scanManifest="false"/>
        </Context>`;
  return `<Server port="-1">
  <Service name="Catalina">
    <Connector port="${port}" address="127.0.0.1" maxThreads="${THREADS}" minSpareThreads="${THREADS}" connectionTimeout="5000"
      maxKeepAliveRequests="40" compression="on"/>
    <Engine name="Catalina" defaultHost="localhost">
      <Host name="localhost" appBase="webapps" autoDeploy="false" deployOnStartup="false">
        ${context('', 'files')}
        ${context('/notes', 'notes')}
        <Valve className="org.apache.catalina.valves.AccessLogValve" directory="logs" buffered="false"/>
      </Host>
    </Engine>
  </Service>
</Server>
`;
}

const WEB_XML = `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0">
  <servlet>
    <servlet-name>default</servlet-name>
    <servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class>
    <init-param><param-name>listings</param-name><param-value>true</param-value></init-param>
    <load-on-startup>1</load-on-startup>
  </servlet>
  <servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>
  <session-config><session-timeout>1</session-timeout></session-config>
  <mime-mapping><extension>txt</extension><mime-type>text/plain</mime-type></mime-mapping>
</web-app>
`;

function notesXml(data: string): string {
  return `<web-app xmlns="https://jakarta.ee/xml/ns/jakartaee" version="6.0" metadata-complete="true">
  <servlet>
    <servlet-name>notes</servlet-name>
    <servlet-class>notes.NotesServlet</servlet-class>
    <init-param><param-name>folder</param-name><param-value>${data}</param-value></init-param>
  </servlet>
  <servlet-mapping><servlet-name>notes</servlet-name><url-pattern>/*</url-pattern></servlet-mapping>
</web-app>
`;
}
